package io.auspex.serving;

import io.auspex.platform.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Whether there is memory for one more session beside the one that serves. The rule: {@code
 * available >= factor * artefact + floor}, where available is the smaller of what the machine has
 * ({@code MemAvailable}) and what the control group of this process leaves: its limit less what it
 * uses, file cache that can be dropped not counted. Where neither can be read, nothing is refused.
 *
 * <p>Sources: proc(5); the kernel's Documentation/admin-guide/cgroup-v2.rst and
 * cgroup-v1/memory.rst.
 */
final class MemoryHeadroom {

    /** Slug of the refusal. */
    static final String SLUG = "memory-short";

    /** Control groups are nested less deeply than this. */
    private static final int MAX_DEPTH = 32;

    private final Path root;
    private final int factor;
    private final long floorBytes;

    /**
     * @param root of the file system: {@code /}
     * @param factor bytes of memory wanted for a byte of the model file
     * @param floorBytes what has to be left beside that
     */
    MemoryHeadroom(Path root, int factor, long floorBytes) {
        this.root = root;
        this.factor = factor;
        this.floorBytes = floorBytes;
    }

    /**
     * @param what is to be loaded, for the message
     * @throws Failure NOT_READY {@code memory-short}, with the figures
     */
    void require(String what, long artefactBytes) {
        OptionalLong available = availableBytes();
        long wanted = factor * artefactBytes + floorBytes;
        if (available.isPresent() && available.getAsLong() < wanted) {
            throw new Failure(
                    Failure.Category.NOT_READY,
                    SLUG,
                    "%s is not loaded: %s of memory are available, %s are wanted (%d x %s of the file + %s)"
                            .formatted(
                                    what,
                                    mebibytes(available.getAsLong()),
                                    mebibytes(wanted),
                                    factor,
                                    mebibytes(artefactBytes),
                                    mebibytes(floorBytes)));
        }
    }

    /** Empty where the system does not say. */
    OptionalLong availableBytes() {
        long least = Math.min(machine(), Math.min(groupsV2(), groupsV1()));
        return least == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(least);
    }

    /** Memory of this process that is in RAM now, native memory included; empty where unknown. */
    OptionalLong residentBytes() {
        long bytes = kilobytes("proc/self/status", "VmRSS:");
        return bytes == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(bytes);
    }

    private long machine() {
        return kilobytes("proc/meminfo", "MemAvailable:");
    }

    /** The tightest of the group and those around it. */
    private long groupsV2() {
        String group = group("0::");
        long least = Long.MAX_VALUE;
        for (int depth = 0; group != null && depth < MAX_DEPTH; depth++) {
            String folder = "sys/fs/cgroup" + group;
            least =
                    Math.min(
                            least,
                            left(
                                    number(folder + "/memory.max"),
                                    number(folder + "/memory.current"),
                                    bytes(folder + "/memory.stat", "inactive_file ")));
            group = parent(group);
        }
        return least;
    }

    private long groupsV1() {
        String folder = "sys/fs/cgroup/memory";
        return left(
                number(folder + "/memory.limit_in_bytes"),
                number(folder + "/memory.usage_in_bytes"),
                bytes(folder + "/memory.stat", "total_inactive_file "));
    }

    private static long left(long limit, long used, long droppable) {
        if (limit == Long.MAX_VALUE || used == Long.MAX_VALUE) {
            return Long.MAX_VALUE;
        }
        return Math.max(0, limit - used + (droppable == Long.MAX_VALUE ? 0 : droppable));
    }

    /** The path of this process's group, with a leading slash; null when there is none. */
    private @Nullable String group(String prefix) {
        for (String line : lines("proc/self/cgroup")) {
            if (line.startsWith(prefix + "/")) {
                String path = line.substring(prefix.length());
                return path.equals("/") ? "" : path;
            }
        }
        return null;
    }

    private static @Nullable String parent(String group) {
        return group.isEmpty() ? null : group.substring(0, group.lastIndexOf('/'));
    }

    private long kilobytes(String file, String key) {
        long kilobytes = bytes(file, key);
        return kilobytes == Long.MAX_VALUE ? kilobytes : kilobytes * 1024;
    }

    /** The number behind a key; {@link Long#MAX_VALUE} when it is not there. */
    private long bytes(String file, String key) {
        for (String line : lines(file)) {
            if (line.startsWith(key)) {
                return number(List.of(line.substring(key.length()).strip().split("\\s+")));
            }
        }
        return Long.MAX_VALUE;
    }

    private long number(String file) {
        return number(lines(file));
    }

    /** {@code max} stands for no limit, as does whatever is not a number. */
    private static long number(List<String> words) {
        try {
            return words.isEmpty() ? Long.MAX_VALUE : Long.parseLong(words.getFirst().strip());
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    private List<String> lines(String file) {
        try {
            Path path = root.resolve(file);
            return Files.isReadable(path) ? Files.readAllLines(path) : List.of();
        } catch (IOException e) {
            return List.of();
        }
    }

    static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / (1024.0 * 1024));
    }
}
