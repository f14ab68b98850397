package io.auspex.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much memory this process has needed at most. */
final class PeakMemory {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String PEAK = "VmHWM:";

    private PeakMemory() {}

    /** Resident bytes at the peak where Linux tells, else what the heap has now. */
    static long bytes() {
        try {
            if (Files.isReadable(STATUS)) {
                for (String line : Files.readAllLines(STATUS)) {
                    if (line.startsWith(PEAK)) {
                        String kilobytes = line.substring(PEAK.length()).replace("kB", "").trim();
                        return Long.parseLong(kilobytes) * 1024;
                    }
                }
            }
        } catch (IOException | NumberFormatException e) {
            // Only a number in a report: the heap's size is good enough.
        }
        return Runtime.getRuntime().totalMemory();
    }
}
