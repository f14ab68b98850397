package io.auspex.uploads;

import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import io.auspex.model.TargetSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Real inspections, without a service. */
final class Inspecting {

    static final MarketSpec MARKET = new MarketSpec("simulated", List.of(), Timeframe.FIVE_MINUTES);
    static final long RUN_MEMORY = 256L << 20;

    private Inspecting() {}

    static InspectorProcess patient() {
        return new InspectorProcess("512m", 2L << 30, Duration.ofSeconds(60));
    }

    static InspectionResult inspect(
            Path parent, byte[] upload, @Nullable Manifest manifest, InspectorProcess process)
            throws IOException, InterruptedException {
        InspectionFolder folder = new InspectionFolder(Files.createTempDirectory(parent, "upload"));
        return inspect(folder, upload, manifest, process);
    }

    static InspectionResult inspect(
            InspectionFolder folder,
            byte[] upload,
            @Nullable Manifest manifest,
            InspectorProcess process)
            throws IOException, InterruptedException {
        Files.write(folder.upload(), upload);
        folder.writeOrder(
                new InspectionOrder(
                        "uploaded",
                        MARKET,
                        TargetSpec.standard(),
                        manifest,
                        RUN_MEMORY,
                        process.timeout()));
        return process.run(folder);
    }
}
