package io.auspex.bench;

import io.auspex.platform.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A process that sends requests: each line on its input is a {@link LoadJob}, each line on its
 * output a {@link LoadResult}; {@code stop} ends a job early, the end of the input ends the
 * process. One process for all jobs, so that its own code is compiled when it counts.
 */
public final class LoadGenerator {

    static final String STOP = "stop";

    private final LinkedBlockingQueue<LoadJob> jobs = new LinkedBlockingQueue<>(1);
    private volatile @Nullable Load running;

    private LoadGenerator() {}

    public static void main(String... arguments) throws Exception {
        LoadGenerator generator = new LoadGenerator();
        Thread.ofPlatform().daemon().name("jobs").start(generator::listen);
        while (true) {
            generator.next();
        }
    }

    private void next() throws IOException, InterruptedException {
        Load load = Load.of(jobs.take());
        running = load;
        LoadResult result = load.run();
        running = null;
        System.out.println(Json.mapper().writeValueAsString(result));
    }

    private void listen() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.equals(STOP)) {
                    jobs.put(Json.mapper().readValue(line, LoadJob.class));
                    continue;
                }
                Load load = running;
                if (load != null) {
                    load.stop();
                }
            }
            System.exit(0);
        } catch (IOException | InterruptedException | RuntimeException failure) {
            failure.printStackTrace();
            System.exit(1);
        }
    }
}
