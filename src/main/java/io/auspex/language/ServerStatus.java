package io.auspex.language;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How the local server stands.
 *
 * @param pid of its process; null when there is none
 * @param port that it listens on; null when it was never started
 * @param modelPath the file that it serves
 * @param since when it came to this state
 * @param restarts times in a row that it ended by itself
 * @param problem why it does not run, in one sentence
 * @param output the last lines that it wrote
 */
public record ServerStatus(
        ServerState status,
        @Nullable Long pid,
        @Nullable Integer port,
        @Nullable String modelPath,
        Instant since,
        int restarts,
        @Nullable String problem,
        String output) {}
