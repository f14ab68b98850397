package io.auspex.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.features.FeatureSchema;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobFolderTest {

    @TempDir Path folder;

    @Test
    void readsTheJobThatWasWritten() throws IOException {
        JobFolder job = new JobFolder(folder);
        job.writeJob(spec());
        assertThat(job.readJob()).isEqualTo(spec());
        assertThat(Files.readString(job.job())).contains("\"data_sha256\"", "\"window_candles\"");
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void hasNoReportUntilItIsWritten() throws IOException {
        JobFolder job = new JobFolder(folder);
        assertThat(job.readReport()).isEmpty();
        Files.writeString(folder.resolve("report.json.part"), "{half");
        assertThat(job.readReport()).isEmpty();
    }

    @Test
    void refusesFeaturesOfAnotherWidth() throws IOException {
        JobFolder job = new JobFolder(folder);
        NpyWriter.write(job.features(), new float[9], 3);
        assertThatThrownBy(() -> job.openFeatures(spec()).close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("<f4 [3, 3]")
                .hasMessageContaining("<f4 [3, 2] is needed");
    }

    @Test
    void writesOnlyIntoItsOwnFolder() {
        JobFolder job = new JobFolder(folder);
        assertThatThrownBy(() -> job.write(folder.resolveSibling("elsewhere"), new byte[1]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    static JobSpec spec() {
        return new JobSpec(
                ModelSpec.standard(
                        "test", new MarketSpec("simulated", List.of(), Timeframe.FIVE_MINUTES)),
                7,
                FeatureSchema.of(List.of("a", "b")),
                List.of(new Symbol("ADABTC"), new Symbol("ETHBTC")),
                "ab".repeat(32));
    }
}
