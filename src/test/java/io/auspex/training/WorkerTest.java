package io.auspex.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.dataset.CandleWriter;
import io.auspex.dataset.JobFolder;
import io.auspex.dataset.NpyReader;
import io.auspex.dataset.NpyWriter;
import io.auspex.dataset.TrainingSet;
import io.auspex.dataset.TrainingSetBuilder;
import io.auspex.features.FeatureEngine;
import io.auspex.features.FeatureSchema;
import io.auspex.features.FeatureSet;
import io.auspex.ingest.SimulatedMarket;
import io.auspex.ingest.SimulatedMarketGenerator;
import io.auspex.market.MarketClose;
import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import io.auspex.model.TrainerSpec;
import io.auspex.platform.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worker as the service starts it: another process. */
class WorkerTest {

    private static final TestJob JOB =
            new TestJob(
                    3_000,
                    16,
                    new TrainerSpec("lightgbm", 20, 7, 0.1, 50, 0.5, 0.7, 5.0, 63, false));

    @TempDir Path temporary;

    private record Ended(int exitCode, List<String> out, String log) {}

    @Test
    void writesEveryFileAndTwoProcessesWriteTheSameModel() throws Exception {
        JobFolder first = JOB.writeTo(temporary.resolve("first"));
        JobFolder second = JOB.writeTo(temporary.resolve("second"));
        Ended ended = work(first.path(), "-Xmx256m");
        assertThat(ended.exitCode()).as(ended.log()).isZero();
        assertThat(work(second.path(), "-Xmx256m").exitCode()).isZero();

        assertThat(second.model()).hasSameBinaryContentAs(first.model());
        assertThat(second.nativeModel()).hasSameBinaryContentAs(first.nativeModel());
        assertThat(Files.readString(first.nativeModel())).startsWith("head=p_up\ntree\n");
        assertThat(first.readReport()).isPresent();
        long[] rows = NpyReader.longs(first.outOfSampleRows());
        assertThat(rows).hasSize(1_800).isSorted();
        assertThat(NpyReader.floats(first.outOfSamplePredictions())).hasSize(1_800 * 4);
        assertThat(NpyReader.floats(first.parityFeatures())).hasSize(1_000 * 16);
        assertThat(NpyReader.doubles(first.parityExpected())).hasSize(1_000 * 4);
        assertThat(first.path()).isDirectoryNotContaining("glob:**.part");
        assertThat(temporary).isDirectoryNotContaining("glob:**auspex-lightgbm*");

        List<JsonNode> lines = new ArrayList<>();
        for (String line : ended.out()) {
            lines.add(Json.mapper().readTree(line));
        }
        assertThat(lines).allMatch(line -> line.size() == 3);
        assertThat(lines).extracting(line -> line.get("percent").intValue()).isSorted();
        assertThat(lines)
                .extracting(line -> line.get("phase").textValue())
                .containsSubsequence("load", "folds", "fit", "export", "verify", "done");
        assertThat(lines.getLast().get("percent").intValue()).isEqualTo(100);
    }

    /** The same rows, and the same model, as if this process had made them. */
    @Test
    void makesTheRowsOfCandlesItself() throws Exception {
        List<MarketClose> closes = closes(420);
        ModelSpec spec = onCandles(closes);
        FeatureSchema schema = spec.features().schema(List.of());
        JobFolder rows = new JobFolder(temporary.resolve("rows"));
        assertThat(
                        new TrainingSetBuilder(spec, new FeatureEngine(schema))
                                .build(closes, rows, 42, _ -> {}))
                .isInstanceOf(TrainingSet.Built.class);
        JobFolder candles = ordered(closes, spec, schema);
        assertThat(work(rows.path(), "-Xmx256m").exitCode()).isZero();
        Ended ended = work(candles.path(), "-Xmx256m");
        assertThat(ended.exitCode()).as(ended.log()).isZero();

        assertThat(candles.job()).hasSameBinaryContentAs(rows.job());
        assertThat(candles.features()).hasSameBinaryContentAs(rows.features());
        assertThat(candles.targets()).hasSameBinaryContentAs(rows.targets());
        assertThat(candles.times()).hasSameBinaryContentAs(rows.times());
        assertThat(candles.groups()).hasSameBinaryContentAs(rows.groups());
        assertThat(candles.model()).hasSameBinaryContentAs(rows.model());
        List<JsonNode> lines = new ArrayList<>();
        for (String line : ended.out()) {
            lines.add(Json.mapper().readTree(line));
        }
        assertThat(lines).extracting(line -> line.get("percent").intValue()).isSorted();
        assertThat(lines)
                .extracting(line -> line.get("phase").textValue())
                .containsSubsequence("dataset", "load", "folds", "fit", "verify", "done");
    }

    @Test
    void saysWhyThereIsNothingToTrainOn() throws Exception {
        List<MarketClose> closes = closes(4);
        ModelSpec spec = onCandles(closes);
        JobFolder folder = ordered(closes, spec, spec.features().schema(List.of()));
        Ended ended = work(folder.path(), "-Xmx256m");
        assertThat(ended.exitCode()).isEqualTo(Worker.NOTHING);
        assertThat(ended.log().strip())
                .startsWith("nothing to train on: of 4 closes no row is left");
        assertThat(folder.job()).doesNotExist();
        assertThat(folder.report()).doesNotExist();
    }

    private static List<MarketClose> closes(int count) {
        SimulatedMarketGenerator market =
                new SimulatedMarketGenerator(
                        new SimulatedMarket(3, 1.0, 3, 30, Timeframe.FIVE_MINUTES, 0));
        return Stream.generate(market::next).limit(count).toList();
    }

    private static ModelSpec onCandles(List<MarketClose> closes) {
        ModelSpec spec = JOB.job.spec();
        return new ModelSpec(
                spec.name(),
                new MarketSpec(closes.getFirst().feed(), List.of(), Timeframe.FIVE_MINUTES),
                FeatureSet.compact(),
                spec.targets(),
                spec.trainer(),
                spec.validation(),
                spec.gate(),
                spec.windowCandles());
    }

    private JobFolder ordered(List<MarketClose> closes, ModelSpec spec, FeatureSchema schema)
            throws IOException {
        JobFolder folder = new JobFolder(temporary.resolve("candles"));
        try (CandleWriter writer = new CandleWriter(folder)) {
            closes.forEach(writer::add);
            writer.commit(spec, schema, 42);
        }
        return folder;
    }

    /** {@code /dev/full} refuses every write as a full disk does. */
    @Test
    void aFullDiskIsSaidAndIsNoFaultOfTheJob() throws Exception {
        Assumptions.assumeTrue(Files.exists(Path.of("/dev/full")));
        JobFolder folder = JOB.writeTo(temporary.resolve("full"));
        Files.createSymbolicLink(
                folder.model().resolveSibling(folder.model().getFileName() + ".part"),
                Path.of("/dev/full"));
        Ended ended = work(folder.path(), "-Xmx256m");
        assertThat(ended.exitCode()).as(ended.log()).isEqualTo(Worker.DISK_FULL);
        assertThat(ended.log()).contains("The disk is full: No space left on device");
        assertThat(folder.model()).doesNotExist();
        assertThat(folder.readReport()).isEmpty();
    }

    @Test
    void refusesGarbageWithASentence() throws Exception {
        JobFolder folder = JOB.writeTo(temporary.resolve("job"));
        refused(folder, "no such folder", temporary.resolve("nowhere"), "job.json: not found");

        Files.writeString(folder.job(), "{\"spec\": 7}");
        refused(folder, "bad json", folder.path(), "job.json cannot be read");

        JOB.writeTo(folder.path());
        Files.writeString(folder.features(), "open,high,low,close");
        refused(folder, "no array", folder.path(), "features.npy: not a NumPy file");

        JOB.writeTo(folder.path());
        NpyWriter.write(folder.groups(), new int[] {0, 1});
        refused(folder, "few groups", folder.path(), "2 groups for 3000 rows");

        new TestJob(6, 16, TrainerSpec.standard()).writeTo(folder.path());
        refused(folder, "few rows", folder.path(), "2 closes are too few for 5 folds");
    }

    private void refused(JobFolder folder, String name, Path path, String message) {
        var log = new ByteArrayOutputStream();
        var out = new ByteArrayOutputStream();
        int code =
                Worker.run(
                        new String[] {path.toString()},
                        new PrintStream(out),
                        new PrintStream(log),
                        () -> {});
        assertThat(log.toString()).as(name).contains(message).doesNotContain("\tat ");
        assertThat(code).isEqualTo(2);
        assertThat(folder.report()).doesNotExist();
    }

    @Test
    void saysThatItWasTheHeap() throws Exception {
        JobFolder folder = JOB.writeTo(temporary.resolve("job"));
        NpyWriter.write(folder.targets(), new float[800_000 * 4], 4);
        NpyWriter.write(folder.features(), new float[800_000 * 16], 16);
        NpyWriter.write(folder.times(), new long[800_000]);
        NpyWriter.write(folder.groups(), new int[800_000]);
        Ended ended = work(folder.path(), "-Xmx16m");
        assertThat(ended.exitCode()).as(ended.log()).isEqualTo(3);
        assertThat(ended.log()).contains("Out of memory");
        assertThat(folder.report()).doesNotExist();
    }

    @Test
    void endsWhenNobodyReadsItsProgress() throws Exception {
        JobFolder folder = JOB.writeTo(temporary.resolve("job"));
        var closed = new PipedOutputStream();
        new PipedInputStream(closed).close();
        var unheard = new AtomicInteger();
        Worker.run(
                new String[] {folder.path().toString()},
                new PrintStream(closed),
                new PrintStream(new ByteArrayOutputStream()),
                unheard::incrementAndGet);
        assertThat(unheard.get()).isPositive();
    }

    @Test
    void anEarlierReportDoesNotVouchForAFailedRun() throws IOException {
        JobFolder folder = JOB.writeTo(temporary.resolve("job"));
        Files.writeString(folder.report(), "{}");
        NpyWriter.write(folder.groups(), new int[0]);
        refused(folder, "again", folder.path(), "0 groups");
    }

    private Ended work(Path folder, String heap) throws IOException, InterruptedException {
        Path own = Files.createTempDirectory(temporary, "worker");
        Path out = own.resolve("out");
        Path log = own.resolve("log");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                heap,
                                "-Djava.io.tmpdir=" + temporary,
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "io.auspex.training.Worker",
                                folder.toString())
                        .redirectOutput(out.toFile())
                        .redirectError(log.toFile())
                        .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), Files.readAllLines(out), Files.readString(log));
    }
}
