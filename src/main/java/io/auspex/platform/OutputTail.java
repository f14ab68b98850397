package io.auspex.platform;

import java.util.ArrayDeque;
import java.util.Deque;

/** The last lines of a process's output, bounded in characters. Thread-safe. */
public final class OutputTail {

    private final int maxChars;
    private final Deque<String> lines = new ArrayDeque<>();
    private int chars;

    public OutputTail(int maxChars) {
        this.maxChars = maxChars;
    }

    /** One line, without its end. */
    public synchronized void add(String line) {
        String kept = line.length() < maxChars ? line : line.substring(0, maxChars - 1);
        lines.addLast(kept);
        chars += kept.length() + 1;
        while (chars > maxChars) {
            chars -= lines.removeFirst().length() + 1;
        }
    }

    /** What is kept, line by line. */
    public synchronized String text() {
        return String.join("\n", lines);
    }
}
