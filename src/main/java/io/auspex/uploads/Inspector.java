package io.auspex.uploads;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.InvalidProtocolBufferException;
import io.auspex.features.FeatureEngine;
import io.auspex.features.FeatureSchema;
import io.auspex.model.Head;
import io.auspex.model.MarketSpec;
import io.auspex.model.TargetSpec;
import io.auspex.platform.Failure;
import io.auspex.platform.Json;
import io.auspex.platform.Sha256;
import io.auspex.serving.TrialModel;
import io.auspex.uploads.Manifest.Input;
import io.auspex.uploads.Manifest.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The inspecting process: {@code java io.auspex.uploads.Inspector <folder>}. It may be ended at any
 * time, and may end itself by crashing: only a {@code result.json} counts, which is written last.
 * Exit codes: 0 there is a result; 3 out of memory; anything else is a failure.
 */
public final class Inspector {

    static final int FAILED = 1;
    static final int OUT_OF_MEMORY = 3;

    /** Of {@code metadata_props}. */
    private static final String MODEL = "auspex.model";

    private static final String SCHEMA_NAMES = "auspex.schema_names";
    private static final String SCHEMA_HASH = "auspex.schema_hash";
    private static final String MARKET = "auspex.market";
    private static final String TARGETS = "auspex.targets";
    private static final String PROVENANCE = "auspex.provenance";
    private static final String CONFORMAL = "auspex.conformal";
    private static final String REPORT = "auspex.report";

    private final InspectionFolder folder;
    private final InspectionOrder order;
    private final byte[] upload;
    private final ObjectNode provenance = Json.mapper().createObjectNode();

    private Inspector(InspectionFolder folder, InspectionOrder order, byte[] upload) {
        this.folder = folder;
        this.order = order;
        this.upload = upload;
    }

    public static void main(String[] arguments) {
        System.exit(run(new InspectionFolder(Path.of(arguments[0]))));
    }

    private static int run(InspectionFolder folder) {
        try {
            InspectionOrder order =
                    Json.mapper()
                            .readValue(Files.readAllBytes(folder.order()), InspectionOrder.class);
            endAfter(order.timeout());
            byte[] upload = Files.readAllBytes(folder.upload());
            folder.writeResult(new Inspector(folder, order, upload).inspect());
            return 0;
        } catch (OutOfMemoryError e) {
            System.err.println("Out of memory: " + e.getMessage());
            return OUT_OF_MEMORY;
        } catch (IOException | RuntimeException e) {
            e.printStackTrace();
            return FAILED;
        }
    }

    /** Who started it may be gone. */
    private static void endAfter(Duration timeout) {
        Thread.ofPlatform()
                .daemon()
                .name("deadline")
                .start(() -> {
                    try {
                        Thread.sleep(timeout.plusSeconds(5));
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    Runtime.getRuntime().halt(FAILED);
                });
    }

    private InspectionResult inspect() throws IOException {
        try {
            ModelProto model = parsed();
            GraphCheck.Figures figures = GraphCheck.require(model);
            describe(model);
            Manifest manifest = order.manifest();
            return manifest == null ? own(model, figures) : grafted(model, manifest, figures);
        } catch (RefusedModelException refused) {
            return new InspectionResult.Refused(refused.slug(), refused.reason());
        } catch (Failure unusable) {
            return new InspectionResult.Refused(
                    RefusedModelException.REFUSED, String.valueOf(unusable.getMessage()));
        } catch (StackOverflowError e) {
            return new InspectionResult.Refused(
                    RefusedModelException.REFUSED, "it is nested too deeply");
        }
    }

    private ModelProto parsed() throws RefusedModelException {
        try {
            return ModelProto.parseFrom(upload);
        } catch (InvalidProtocolBufferException e) {
            throw RefusedModelException.file("it is no ONNX model: " + e.getMessage());
        }
    }

    private void describe(ModelProto model) {
        provenance.put("trainer", "upload");
        provenance.put("trainer_version", printable(model.getProducerVersion()));
        provenance.put("producer", printable(model.getProducerName()));
        provenance.put("upload_sha256", Sha256.hex(upload));
        provenance.put("upload_bytes", upload.length);
        provenance.put("ir_version", model.getIrVersion());
        ObjectNode opsets = provenance.putObject("opsets");
        for (OperatorSetIdProto opset : model.getOpsetImportList()) {
            if (Operators.knowsDomain(opset.getDomain())) {
                opsets.put(
                        opset.getDomain().isEmpty() ? "ai.onnx" : opset.getDomain(),
                        opset.getVersion());
            }
        }
        if (order.manifest() != null) {
            provenance.set("manifest", Json.mapper().valueToTree(order.manifest()));
        }
    }

    /** The manifest says what the graph means. */
    private InspectionResult grafted(
            ModelProto model, Manifest manifest, GraphCheck.Figures figures)
            throws RefusedModelException, IOException {
        FeatureSchema schema = manifest.schema();
        MarketSpec market = Objects.requireNonNull(order.market(), "of a manifest's model");
        TargetSpec targets = Objects.requireNonNull(order.targets(), "of a manifest's model");
        ObjectNode report = Json.mapper().createObjectNode();
        report.set("provenance", provenance);
        Map<String, String> metadata = new HashMap<>();
        metadata.put(MODEL, order.model());
        metadata.put(SCHEMA_NAMES, json(schema.names()));
        metadata.put(SCHEMA_HASH, schema.hash());
        metadata.put(MARKET, json(market));
        metadata.put(TARGETS, json(targets));
        metadata.put(PROVENANCE, json(provenance));
        metadata.put(CONFORMAL, "{}");
        metadata.put(REPORT, json(report));
        byte[] onnx = Graft.of(model, manifest, metadata).model().toByteArray();
        return accepted(onnx, figures, market, targets, report);
    }

    /** The graph says itself what it means; its bytes stay as they are when they can. */
    private InspectionResult own(ModelProto model, GraphCheck.Figures figures)
            throws RefusedModelException, IOException {
        Map<String, String> metadata = new HashMap<>();
        for (StringStringEntryProto entry : model.getMetadataPropsList()) {
            metadata.put(entry.getKey(), entry.getValue());
        }
        if (!metadata.containsKey(SCHEMA_NAMES)) {
            throw RefusedModelException.manifest(
                    "the graph does not say what its inputs and outputs mean ("
                            + SCHEMA_NAMES
                            + " is missing from its metadata): send a manifest. It has "
                            + GraphText.describe(model.getGraph())
                            + ". For example: "
                            + GraphText.example(model.getGraph()));
        }
        Manifest same = ownManifest(model, metadata);
        Graft graft = Graft.of(model, same, metadata);
        byte[] onnx = graft.guarded() ? graft.model().toByteArray() : upload;
        MarketSpec market = own(metadata, MARKET, MarketSpec.class);
        TargetSpec targets = own(metadata, TARGETS, TargetSpec.class);
        if (order.market() != null && !market.equals(order.market())) {
            throw RefusedModelException.file(
                    "it speaks for %s, the model %s for %s"
                            .formatted(json(market), order.model(), json(order.market())));
        }
        if (!order.model().equals(metadata.get(MODEL))) {
            throw RefusedModelException.file(
                    "it says that it is model %s, not %s"
                            .formatted(
                                    GraphText.quoted(metadata.getOrDefault(MODEL, "")),
                                    order.model()));
        }
        ObjectNode report = Json.mapper().createObjectNode();
        if (metadata.containsKey(REPORT)
                && own(metadata, REPORT, JsonNode.class) instanceof ObjectNode given) {
            report = given;
        }
        report.set("upload", provenance);
        return accepted(onnx, figures, market, targets, report);
    }

    private static Manifest ownManifest(ModelProto model, Map<String, String> metadata)
            throws RefusedModelException {
        List<?> names = own(metadata, SCHEMA_NAMES, List.class);
        Map<Head, Output> outputs = new EnumMap<>(Head.class);
        for (var output : model.getGraph().getOutputList()) {
            try {
                outputs.put(Head.of(output.getName()), new Output(output.getName(), null, null));
            } catch (IllegalArgumentException e) {
                throw RefusedModelException.file(
                        "the graph has the output %s, which is no head"
                                .formatted(GraphText.quoted(output.getName())));
            }
        }
        try {
            List<String> features = names.stream().map(String::valueOf).toList();
            return new Manifest(
                    List.of(new Input(Graft.INPUT, features, null)), outputs, null, null);
        } catch (IllegalArgumentException e) {
            throw RefusedModelException.file("its metadata: " + e.getMessage());
        }
    }

    private InspectionResult accepted(
            byte[] onnx,
            GraphCheck.Figures figures,
            MarketSpec market,
            TargetSpec targets,
            ObjectNode report)
            throws RefusedModelException, IOException {
        long start = System.nanoTime();
        try (TrialModel trial = TrialModel.open(onnx)) {
            long opened = System.nanoTime();
            ProbeRun.Findings found = ProbeRun.of(trial, order.runMemoryBytes());
            ObjectNode inspection = report.putObject("inspection");
            inspection.put("inspected_at", Instant.now().toString());
            inspection.put("nodes", figures.nodes());
            inspection.put("model_bytes", onnx.length);
            inspection.put("rewritten", onnx != upload);
            inspection.put("open_millis", (opened - start) / 1_000_000);
            inspection.put("row_micros", rounded(found.rowMicros()));
            inspection.put("batch_row_micros", rounded(found.batchRowMicros()));
            inspection.put("largest_batch", found.largestBatch());
            inspection.put("missing_values", found.missingValues());
            found.runBytes().ifPresent(bytes -> inspection.put("run_memory_bytes", bytes));
            liveness(inspection, trial.schema());
            if (report.path("probe").path("features").isEmpty()) {
                report.set("probe", found.probe());
            } else {
                var wrong = trial.selfTest(report);
                if (wrong.isPresent()) {
                    throw RefusedModelException.file(wrong.get());
                }
            }
            folder.writeModel(onnx);
            return new InspectionResult.Accepted(
                    Sha256.hex(onnx), trial.schema().names(), market, targets, report);
        }
    }

    /** Whether its features can be computed from candles. */
    private static void liveness(ObjectNode inspection, FeatureSchema schema) {
        @Nullable String reason = null;
        try {
            var _ = new FeatureEngine(schema);
        } catch (IllegalArgumentException e) {
            reason = e.getMessage();
        }
        inspection.put("live", reason == null);
        if (reason != null) {
            inspection.put("not_live_because", reason);
        }
    }

    private static double rounded(double micros) {
        return Math.round(micros * 100) / 100.0;
    }

    private static <T> T own(Map<String, String> metadata, String key, Class<T> type)
            throws RefusedModelException {
        try {
            T value = Json.mapper().readValue(metadata.getOrDefault(key, "null"), type);
            if (value == null) {
                throw RefusedModelException.file("the metadata entry " + key + " is missing");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw RefusedModelException.file(
                    "the metadata entry " + key + " cannot be read: " + e.getOriginalMessage());
        }
    }

    private static String printable(String text) {
        String shortened = text.length() > 100 ? text.substring(0, 100) : text;
        return shortened.replaceAll("\\p{Cntrl}", "?");
    }

    private static String json(Object value) {
        try {
            return Json.mapper().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record that cannot be written as JSON", e);
        }
    }
}
