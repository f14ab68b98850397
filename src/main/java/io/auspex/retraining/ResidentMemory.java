package io.auspex.retraining;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** How much memory a process has, where the system tells ({@code /proc}). */
final class ResidentMemory {

    private static final String FIELD = "VmRSS:";

    private ResidentMemory() {}

    /** In bytes; empty when the process has ended or the system does not tell. */
    static OptionalLong of(long pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
                if (line.startsWith(FIELD)) {
                    return OptionalLong.of(Long.parseLong(line.split("\\s+", -1)[1]) * 1024);
                }
            }
        } catch (IOException | RuntimeException untold) {
            return OptionalLong.empty();
        }
        return OptionalLong.empty();
    }
}
