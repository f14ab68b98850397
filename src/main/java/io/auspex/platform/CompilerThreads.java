package io.auspex.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The threads of Java's own compilers. A swap or a refit makes code run that seldom runs, so that
 * there is always something to compile just then, for milliseconds at a time. Once a service
 * answers, they come after its requests; not as far behind as {@link BackgroundThreads}, because
 * what they do makes requests quicker. Threads that they start take it over from them. In a native
 * executable there are none.
 */
final class CompilerThreads {

    /** A quarter of a processor that is wanted by one other thread: nothing is compiled yet. */
    static final int AT_START = 5;

    /** A tenth of it. */
    static final int LATER = 10;

    /** What the kernel keeps of "C1 CompilerThread0" and "C2 CompilerThread0". */
    private static final List<String> NAMES = List.of("C1 CompilerThre", "C2 CompilerThre");

    private CompilerThreads() {}

    /**
     * Makes them come after requests from now on.
     *
     * @return how many there are
     */
    static int giveWay(int niceness) {
        int given = 0;
        for (long thread : threads(Path.of("/proc/self/task"))) {
            if (ThreadScheduling.set(thread, niceness, BackgroundThreads.SLICE_NANOS)) {
                given++;
            }
        }
        return given;
    }

    private static List<Long> threads(Path tasks) {
        if (!Files.isDirectory(tasks)) {
            return List.of();
        }
        List<Long> found = new ArrayList<>();
        try (Stream<Path> all = Files.list(tasks)) {
            for (Path task : all.toList()) {
                if (NAMES.contains(name(task))) {
                    found.add(Long.parseLong(task.getFileName().toString()));
                }
            }
        } catch (IOException unreadable) {
            // Then they stay as they are.
        }
        return found;
    }

    /** Empty for one that has ended meanwhile. */
    private static String name(Path task) {
        try {
            return Files.readString(task.resolve("comm")).trim();
        } catch (IOException ended) {
            return "";
        }
    }
}
