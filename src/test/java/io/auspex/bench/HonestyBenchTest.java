package io.auspex.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.ingest.SimulatedMarket;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Four markets of the table that {@code ./auspex bench honesty} prints. */
@Tag("long")
class HonestyBenchTest {

    private static final PrintStream NOWHERE = new PrintStream(OutputStream.nullOutputStream());

    @Test
    void noiseIsNotPromotedAndAPlantedSignalIs() throws Exception {
        HonestyBench.Row noise = row(0.0);
        HonestyBench.Row planted = row(1.0);
        assertThat(noise.promoted()).isZero();
        assertThat(planted.promoted()).isEqualTo(2);
        assertThat(planted.outcomes())
                .allSatisfy(outcome -> assertThat(outcome.skillShare()).isBetween(0.4, 1.0));
    }

    /**
     * The starter file was made by {@code ./auspex bench starter} and is made again bit for bit.
     */
    @Test
    void theStarterModelCanBeMadeAgain(@TempDir Path folder) throws Exception {
        StarterBench.run(BenchOptions.of("--folder=" + folder), NOWHERE);
        assertThat(folder.resolve("simulated-5m/1/model.onnx"))
                .hasSameBinaryContentAs(Path.of("onnx-models/simulated-5m/1/model.onnx"));
    }

    private static HonestyBench.Row row(double strength) throws Exception {
        List<SimulatedMarket> markets =
                LongStream.rangeClosed(1, 2)
                        .mapToObj(seed -> SimulatedMarket.standard(seed).withStrength(strength))
                        .toList();
        return HonestyBench.row(strength, markets, 2, NOWHERE);
    }
}
