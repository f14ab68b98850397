package io.auspex.platform;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * {@code worker.pid} in a folder: which process works there, with the moment it started. A number
 * alone may have been given to a stranger since; number and start together are the process.
 */
public record PidFile(Path path) {

    /** The kernel counts a start in ticks from a boot time that it rounds to seconds. */
    private static final Duration TOLERANCE = Duration.ofSeconds(2);

    /** The one of whoever works in a folder. */
    public static PidFile in(Path folder) {
        return new PidFile(folder.resolve("worker.pid"));
    }

    /** Notes a process. */
    public void write(ProcessHandle process) throws IOException {
        Instant start = process.info().startInstant().orElse(Instant.EPOCH);
        byte[] content =
                Json.mapper()
                        .writeValueAsBytes(
                                Map.of("pid", process.pid(), "started_at", start.toEpochMilli()));
        Path temporary = path.resolveSibling("worker.pid.part");
        Files.write(temporary, content);
        Files.move(
                temporary,
                path,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /** There is no such process any more. */
    public void delete() throws IOException {
        Files.deleteIfExists(path);
    }

    /** The process that the file names, when that very process is still there. */
    public Optional<ProcessHandle> running() throws IOException {
        JsonNode json;
        try {
            json = Json.mapper().readTree(Files.readAllBytes(path));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
        Instant started = Instant.ofEpochMilli(json.path("started_at").asLong());
        return ProcessHandle.of(json.path("pid").asLong(-1))
                .filter(ProcessHandle::isAlive)
                .filter(process ->
                        process.info()
                                .startInstant()
                                .filter(start -> isClose(start, started))
                                .isPresent());
    }

    private static boolean isClose(Instant one, Instant other) {
        return Duration.between(one, other).abs().compareTo(TOLERANCE) <= 0;
    }
}
