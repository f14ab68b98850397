package io.auspex.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the kernel says of the threads of a service: proc(5). */
final class ServiceThreads {

    private static final String EVENT_LOOP = "vert.x-eventloo";
    private static final String ALLOWED = "Cpus_allowed_list:";

    /** More of them than collect garbage: then the event loop has no processor of its own. */
    private static final int MANY = 8;

    private ServiceThreads() {}

    /**
     * {@code schedstat} files of the one event loop of a process and, behind it, of the other
     * threads that may run on its processor.
     *
     * @return none when there are several event loops, or many others
     */
    static List<String> beside(long pid) throws IOException {
        List<Path> loops = new ArrayList<>();
        List<Path> others = new ArrayList<>();
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (Path task : tasks.toList()) {
                (name(task).equals(EVENT_LOOP) ? loops : others).add(task);
            }
        } catch (NoSuchFileException notLinux) {
            return List.of();
        }
        if (loops.size() != 1) {
            return List.of();
        }
        String own = allowed(loops.getFirst());
        if (!own.matches("[0-9]+")) {
            return List.of();
        }
        int processor = Integer.parseInt(own);
        others.removeIf(task -> !mayRunOn(task, processor));
        if (others.size() > MANY) {
            return List.of();
        }
        return Stream.concat(loops.stream(), others.stream())
                .map(task -> task.resolve("schedstat").toString())
                .toList();
    }

    private static boolean mayRunOn(Path task, int processor) {
        try {
            for (String range : allowed(task).split(",")) {
                String[] ends = range.split("-");
                if (Integer.parseInt(ends[0]) <= processor
                        && processor <= Integer.parseInt(ends[ends.length - 1])) {
                    return true;
                }
            }
            return false;
        } catch (IOException ended) {
            return false;
        }
    }

    private static String name(Path task) throws IOException {
        try {
            return Files.readString(task.resolve("comm")).trim();
        } catch (NoSuchFileException ended) {
            return "";
        }
    }

    private static String allowed(Path task) throws IOException {
        return Files.readAllLines(task.resolve("status")).stream()
                .filter(line -> line.startsWith(ALLOWED))
                .map(line -> line.substring(ALLOWED.length()).trim())
                .findFirst()
                .orElseThrow(() -> new IOException(task + " says nothing of processors"));
    }
}
