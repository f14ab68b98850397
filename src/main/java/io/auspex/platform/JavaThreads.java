package io.auspex.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
import java.util.function.ObjLongConsumer;
import java.util.stream.Stream;

/**
 * Threads that Java or Vert.x has started, before anybody could ask them to give way or to go
 * first. A native executable has some of them, and elsewhere than on Linux none is found.
 */
enum JavaThreads {

    /**
     * A swap or a refit makes code run that seldom runs, so that there is always something to
     * compile just then, for milliseconds at a time.
     */
    COMPILERS("C1 CompilerThre", "C2 CompilerThre"),

    /** They collect garbage while every other thread waits for them. */
    COLLECTORS("VM Thread", "GC Thread#"),

    /**
     * They tell of a collection, or give memory back, just when what has waited for the collection
     * is behind.
     */
    AFTERWARDS("Notification Th", "Native Heap Tri"),

    /**
     * They carry the virtual threads: whatever people and pods ask that is no prediction, feeds,
     * leases, upkeep. More of them may be started at any time.
     */
    CARRIERS("ForkJoinPool-1-"),

    /** They answer requests. */
    EVENT_LOOPS("vert.x-eventloo");

    private static final Path TASKS = Path.of("/proc/self/task");

    /** How what the kernel keeps of their names begins: 15 characters. */
    private final List<String> names;

    JavaThreads(String... names) {
        this.names = List.of(names);
    }

    /**
     * From now on they come after requests, and so does what they start.
     *
     * @param niceness 1 to 19
     * @return how many do
     */
    int giveWay(int niceness) {
        return each(
                thread -> ThreadScheduling.set(thread, niceness, BackgroundThreads.SLICE_NANOS));
    }

    /**
     * From now on they run as soon as they want to, whatever comes after requests.
     *
     * @return how many do
     */
    int goFirst() {
        return each(thread -> {
            OptionalInt niceness = ThreadScheduling.niceness(thread);
            return niceness.isPresent()
                    && ThreadScheduling.setAlone(
                            thread, niceness.getAsInt(), ThreadScheduling.SHORTEST_SLICE_NANOS);
        });
    }

    /** How long those that live have run; empty where the kernel does not tell. */
    OptionalLong ranNanos() {
        long ran = 0;
        for (Path task : tasks()) {
            try {
                String times = Files.readString(task.resolve("schedstat"));
                ran += Long.parseLong(times.substring(0, times.indexOf(' ')));
            } catch (IOException | RuntimeException untold) {
                return OptionalLong.empty();
            }
        }
        return OptionalLong.of(ran);
    }

    /** Whether a thread that the kernel knows by this name is one of them. */
    boolean hasNamed(String name) {
        return names.stream().anyMatch(name::startsWith);
    }

    /** For the number in the kernel, and the name there, of each thread of this process. */
    static void each(ObjLongConsumer<String> action) {
        for (Path task : all()) {
            action.accept(name(task), number(task));
        }
    }

    private int each(LongPredicate change) {
        return (int) tasks().stream().filter(task -> change.test(number(task))).count();
    }

    private List<Path> tasks() {
        return all().stream().filter(task -> hasNamed(name(task))).toList();
    }

    private static List<Path> all() {
        if (!Files.isDirectory(TASKS)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(TASKS)) {
            return all.toList();
        } catch (IOException unreadable) {
            // Then they stay as they are.
            return List.of();
        }
    }

    private static long number(Path task) {
        return Long.parseLong(task.getFileName().toString());
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
