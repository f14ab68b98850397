package io.auspex.uploads;

import io.auspex.model.MarketSpec;
import io.auspex.model.TargetSpec;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an inspection is to look at: {@code order.json} beside {@code upload.onnx}.
 *
 * @param model name under which the file is to serve
 * @param market of that model; null when the file itself has to say so
 * @param targets of that model; null when the file itself has to say so
 * @param manifest null when the graph's own metadata say everything
 * @param runMemoryBytes what scoring a batch may need beside the model
 * @param timeout after which the inspection ends itself
 */
record InspectionOrder(
        String model,
        @Nullable MarketSpec market,
        @Nullable TargetSpec targets,
        @Nullable Manifest manifest,
        long runMemoryBytes,
        Duration timeout) {}
