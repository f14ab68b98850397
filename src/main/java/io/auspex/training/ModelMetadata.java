package io.auspex.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.auspex.dataset.JobSpec;
import io.auspex.model.ModelKind;
import io.auspex.model.TrainingReport;
import io.auspex.model.TrainingReport.Provenance;
import io.auspex.platform.Json;
import java.util.HashMap;
import java.util.Map;

/**
 * The {@code metadata_props} of a model file: what it is, what it was made of and what it is worth.
 *
 * <p>The same job must give the same bytes, so nothing in here depends on the clock or on the
 * machine's speed: {@code created_at} is the time of the newest candle used, as reproducible builds
 * set it (SOURCE_DATE_EPOCH), {@code seconds} is empty and {@code peak_memory_bytes} 0. The report
 * beside the file has the real ones.
 */
final class ModelMetadata {

    private ModelMetadata() {}

    static Map<String, String> of(JobSpec job, TrainingReport report) {
        TrainingReport repeatable = repeatable(report);
        ObjectNode provenance = Json.mapper().valueToTree(repeatable.provenance());
        provenance.set("data", Json.mapper().valueToTree(repeatable.data()));
        Map<String, String> properties = new HashMap<>(common(job, repeatable, provenance));
        if (job.spec().kind() != ModelKind.MARKET) {
            properties.put("auspex.kind", job.spec().kind().code());
        }
        return properties;
    }

    private static Map<String, String> common(
            JobSpec job, TrainingReport repeatable, ObjectNode provenance) {
        return Map.of(
                "auspex.model", job.spec().name(),
                "auspex.schema_names", json(job.schema().names()),
                "auspex.schema_hash", job.schema().hash(),
                "auspex.market", json(job.spec().market()),
                "auspex.targets", json(job.spec().targets()),
                "auspex.provenance", json(provenance),
                "auspex.report", json(repeatable),
                "auspex.conformal", json(repeatable.conformal()));
    }

    private static TrainingReport repeatable(TrainingReport report) {
        Provenance made = report.provenance();
        return new TrainingReport(
                report.rows(),
                report.features(),
                report.data(),
                new Provenance(
                        made.trainer(),
                        made.trainerVersion(),
                        made.seed(),
                        made.jvm(),
                        report.data().to()),
                report.folds(),
                report.total(),
                report.evidence(),
                report.calibration(),
                report.conformal(),
                report.importance(),
                report.probe(),
                Map.of(),
                0);
    }

    private static String json(Object value) {
        try {
            return Json.mapper().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record that cannot be written as JSON", e);
        }
    }
}
