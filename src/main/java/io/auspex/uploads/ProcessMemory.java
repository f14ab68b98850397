package io.auspex.uploads;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Resident memory of a process, where the system tells ({@code /proc}). */
final class ProcessMemory {

    private ProcessMemory() {}

    /** Now, in bytes. */
    static OptionalLong resident(long pid) {
        return read(Path.of("/proc", Long.toString(pid), "status"), "VmRSS:");
    }

    /** The most that this process had since {@link #forgetPeak}, in bytes. */
    static OptionalLong peak() {
        return read(Path.of("/proc/self/status"), "VmHWM:");
    }

    /** Source: proc(5), writing 5 to clear_refs. */
    static void forgetPeak() {
        try {
            Files.writeString(Path.of("/proc/self/clear_refs"), "5");
        } catch (IOException untold) {
            // Then the peak is that of the whole life: more is counted, never less.
        }
    }

    private static OptionalLong read(Path status, String field) {
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith(field)) {
                    String[] words = line.split("\\s+", -1);
                    return OptionalLong.of(Long.parseLong(words[1]) * 1024);
                }
            }
        } catch (IOException | RuntimeException untold) {
            return OptionalLong.empty();
        }
        return OptionalLong.empty();
    }
}
