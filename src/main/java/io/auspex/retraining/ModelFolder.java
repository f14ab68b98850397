package io.auspex.retraining;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.auspex.ingest.HistoryLoaded;
import io.auspex.market.Symbol;
import io.auspex.model.TrainingReport;
import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.platform.Json;
import io.auspex.platform.Sha256;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.RegisteredModel;
import io.auspex.serving.TrialModel;
import io.auspex.uploads.Uploads;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/**
 * Imports model files that lie in {@code <auspex.models-folder>/<model>/<version>/model.onnx}, each
 * once, as versions of models whose market is the running feed. While nothing serves, the gate
 * looks at the report in the file: what passes serves at once, what does not is rejected with the
 * reason. Beside a champion a file stays a candidate. A {@code manifest.json} beside a file says
 * what its inputs and outputs mean, as for an upload, and every file is inspected like one.
 * Blocking.
 */
@ApplicationScoped
class ModelFolder {

    /** Files looked at, a model. */
    static final int MAX_FILES = 100;

    /** Larger files are not read. */
    static final long MAX_BYTES = 256L * 1024 * 1024;

    private static final Logger LOG = Logger.getLogger(ModelFolder.class);

    private final Path folder;
    private final ModelRegistry registry;
    private final Candidates candidates;
    private final CpuPool cpu;
    private final Uploads uploads;

    @Inject
    ModelFolder(
            RetrainingConfig config,
            ModelRegistry registry,
            Candidates candidates,
            CpuPool cpu,
            Uploads uploads) {
        this.folder = config.modelsFolder();
        this.registry = registry;
        this.candidates = candidates;
        this.cpu = cpu;
        this.uploads = uploads;
    }

    /** Imports what is new for a model. A file that cannot be used is named in the log. */
    void importFor(String model, HistoryLoaded feed) {
        for (Path file : files(model)) {
            try {
                importOne(model, file, feed);
            } catch (Failure unusable) {
                LOG.warnf("%s is not imported: %s", file, unusable.getMessage());
            } catch (Exception failure) {
                LOG.warnf(failure, "%s is not imported", file);
            }
        }
    }

    private void importOne(String name, Path file, HistoryLoaded feed) throws Exception {
        if (Files.size(file) > MAX_BYTES) {
            throw unusable("it is larger than " + MAX_BYTES + " bytes");
        }
        String sha256 = Sha256.hex(Files.readAllBytes(file));
        List<ModelVersion> versions = Await.item(() -> registry.versions(name));
        if (versions.stream().anyMatch(version -> isMadeOf(version, sha256))) {
            return;
        }
        Uploads.LocalFile inspected =
                uploads.inspect(name, file, file.resolveSibling("manifest.json"));
        byte[] onnx = inspected.onnx();
        try (TrialModel trial = cpu.call(() -> TrialModel.open(onnx))) {
            require(trial, name, feed);
            ModelVersion version =
                    Await.item(() ->
                            registry.add(
                                    name,
                                    "import:" + folder.getFileName(),
                                    trial.schema(),
                                    onnx,
                                    inspected.report()));
            LOG.infof("%s is version %d of %s", file, version.version(), name);
            decide(trial, version, feed);
        }
    }

    /** A file that had to be rewritten is remembered by what it was. */
    private static boolean isMadeOf(ModelVersion version, String sha256) {
        return version.sha256().equals(sha256)
                || version.report().findValuesAsText("upload_sha256").contains(sha256);
    }

    private void decide(TrialModel trial, ModelVersion version, HistoryLoaded feed)
            throws Exception {
        RegisteredModel model =
                Await.item(() -> registry.model(version.model()))
                        .orElseThrow(() -> new IllegalStateException("it was there just now"));
        if (model.champion() != null) {
            return;
        }
        GateDecision decision = cpu.call(() -> judge(trial, model, feed));
        AttemptResult.Decided decided = candidates.carryOut(version, decision);
        LOG.infof(
                "%s version %d: %s, %s",
                model.name(), decided.version(), decided.decision(), decided.reason());
    }

    private GateDecision judge(TrialModel trial, RegisteredModel model, HistoryLoaded feed) {
        Optional<TrainingReport> report = report(trial);
        if (report.isEmpty()) {
            return new GateDecision.Reject("the file carries no report that can be read");
        }
        List<Symbol> symbols =
                model.spec().market().symbols().isEmpty()
                        ? feed.symbols()
                        : model.spec().market().symbols();
        return candidates.judge(model, trial, report.get(), symbols);
    }

    private static Optional<TrainingReport> report(TrialModel trial) {
        try {
            return trial.report().isEmpty()
                    ? Optional.empty()
                    : Optional.of(Json.mapper().treeToValue(trial.report(), TrainingReport.class));
        } catch (JsonProcessingException unreadable) {
            return Optional.empty();
        }
    }

    private static void require(TrialModel trial, String name, HistoryLoaded feed) {
        if (!trial.name().equals(name)) {
            throw unusable("it says that it is model '" + trial.name() + "'");
        }
        if (!trial.market().coversFeed(feed.feed())
                || trial.market().timeframe() != feed.timeframe()) {
            throw unusable(
                    "it speaks for %s (%s), the running feed is %s (%s)"
                            .formatted(
                                    trial.market().feed(),
                                    trial.market().timeframe(),
                                    feed.feed(),
                                    feed.timeframe()));
        }
    }

    private static Failure unusable(String reason) {
        return new Failure(Failure.Category.INVALID, "model-file-unusable", reason);
    }

    /** In the order of their version numbers, so that the newest is imported last. */
    private List<Path> files(String model) {
        Path versions = folder.resolve(model);
        if (!Files.isDirectory(versions)) {
            return List.of();
        }
        SortedMap<Integer, Path> files = new TreeMap<>();
        try (var all = Files.newDirectoryStream(versions, "[0-9]*")) {
            for (Path version : all) {
                Path file = version.resolve("model.onnx");
                int number = number(version);
                if (number >= 0 && Files.isRegularFile(file)) {
                    files.put(number, file);
                }
            }
        } catch (IOException unreadable) {
            LOG.warnf("%s cannot be read: %s", versions, unreadable.getMessage());
        }
        return files.values().stream().skip(Math.max(0, files.size() - MAX_FILES)).toList();
    }

    private static int number(Path version) {
        try {
            return Integer.parseInt(version.getFileName().toString());
        } catch (NumberFormatException none) {
            return -1;
        }
    }
}
