package io.auspex.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Sends requests for a while; runs once. */
sealed interface Load permits ClosedLoop, OpenLoop {

    LoadResult run() throws IOException;

    /** Ends it early; from any thread. */
    void stop();

    static Load of(LoadJob job) throws IOException {
        ByteBuffer[] requests = requests(Path.of(job.requests()));
        return job.isOpen() ? new OpenLoop(job, requests) : new ClosedLoop(job, requests);
    }

    private static ByteBuffer[] requests(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> sorted = files.sorted().toList();
            return sorted.stream().map(Load::direct).toArray(ByteBuffer[]::new);
        }
    }

    private static ByteBuffer direct(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
