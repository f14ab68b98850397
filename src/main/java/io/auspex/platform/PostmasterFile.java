package io.auspex.platform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a running PostgreSQL writes into {@code postmaster.pid}: its process on line 1, its port on
 * line 4.
 *
 * @param port TCP port on the loopback interface
 */
record PostmasterFile(long pid, int port) {

    static final String NAME = "postmaster.pid";

    private static final int PORT_LINE = 3;

    /** Reads the file of a cluster; empty when there is none or it is not complete. */
    static Optional<PostmasterFile> read(Path cluster) throws IOException {
        try {
            List<String> lines = Files.readAllLines(cluster.resolve(NAME));
            if (lines.size() <= PORT_LINE) {
                return Optional.empty();
            }
            return Optional.of(
                    new PostmasterFile(
                            Long.parseLong(lines.getFirst().strip()),
                            Integer.parseInt(lines.get(PORT_LINE).strip())));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (NumberFormatException damaged) {
            return Optional.empty();
        }
    }

    /**
     * Whether the process is alive and really the PostgreSQL of that cluster: after a restart of
     * the machine or container the number may belong to anybody. The command line of a process that
     * has ended but was not collected by its parent is empty.
     */
    boolean isServing(Path cluster) {
        try {
            byte[] bytes = Files.readAllBytes(Path.of("/proc/" + pid + "/cmdline"));
            List<String> words = List.of(new String(bytes, StandardCharsets.UTF_8).split("\0", -1));
            int folder = words.indexOf("-D") + 1;
            return words.getFirst().endsWith("/postgres")
                    && folder > 0
                    && folder < words.size()
                    && Path.of(words.get(folder)).equals(cluster);
        } catch (IOException ended) {
            return false;
        }
    }
}
