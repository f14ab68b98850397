package io.auspex.retraining;

import java.util.ArrayDeque;
import java.util.Deque;

/** The last lines of a process's output, bounded in characters. Thread-safe. */
final class OutputTail {

    private final int maxChars;
    private final Deque<String> lines = new ArrayDeque<>();
    private int chars;

    OutputTail(int maxChars) {
        this.maxChars = maxChars;
    }

    synchronized void add(String line) {
        String kept = line.length() < maxChars ? line : line.substring(0, maxChars - 1);
        lines.addLast(kept);
        chars += kept.length() + 1;
        while (chars > maxChars) {
            chars -= lines.removeFirst().length() + 1;
        }
    }

    synchronized String text() {
        return String.join("\n", lines);
    }
}
