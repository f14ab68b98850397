package io.auspex.serving;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.features.FeatureSchema;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelKind;
import io.auspex.model.TradeEntry;
import io.auspex.platform.Json;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a graph says of itself in {@code metadata_props}: the contract of an Auspex model file.
 *
 * @param model name of the model it was trained for
 * @param kind what it speaks of; a graph that does not say speaks of the market
 * @param market the only market it speaks for
 * @param provenance trainer, seed, time: as the trainer wrote it
 * @param conformal coverage to the half width of the interval of the expected return, as a
 *     fraction; ordered by coverage, empty when the model carries none
 * @param report the training report; an empty object when the graph carries none
 */
record ModelMetadata(
        String model,
        ModelKind kind,
        FeatureSchema schema,
        MarketSpec market,
        JsonNode provenance,
        SortedMap<Double, Double> conformal,
        JsonNode report) {

    static final String MODEL = "auspex.model";
    static final String KIND = "auspex.kind";
    static final String SCHEMA_NAMES = "auspex.schema_names";
    static final String SCHEMA_HASH = "auspex.schema_hash";
    static final String MARKET = "auspex.market";
    static final String PROVENANCE = "auspex.provenance";
    static final String CONFORMAL = "auspex.conformal";
    static final String REPORT = "auspex.report";

    ModelMetadata {
        conformal = Collections.unmodifiableSortedMap(new TreeMap<>(conformal));
    }

    /** Reads {@code metadata_props}; names the entry that is missing or wrong. */
    static ModelMetadata of(Map<String, String> properties) throws UnusableModelException {
        String model = required(properties, MODEL);
        ModelKind kind = kind(properties);
        FeatureSchema schema = schema(properties);
        FeatureSchema expected = kind.expectedFeatures().orElse(schema);
        if (!expected.equals(schema)) {
            throw new UnusableModelException(
                    "a model of kind %s has the features %s in this order, not %s"
                            .formatted(kind.code(), expected.names(), schema.names()));
        }
        MarketSpec market = parse(properties, MARKET, new TypeReference<MarketSpec>() {});
        JsonNode provenance = parse(properties, PROVENANCE, new TypeReference<JsonNode>() {});
        SortedMap<Double, Double> conformal = conformal(properties);
        JsonNode report =
                properties.containsKey(REPORT)
                        ? parse(properties, REPORT, new TypeReference<JsonNode>() {})
                        : Json.mapper().createObjectNode();
        return new ModelMetadata(model, kind, schema, market, provenance, conformal, report);
    }

    /** What has to be known of the live market for such a model. */
    FeatureSchema liveSchema() {
        return switch (kind) {
            case MARKET -> schema;
            case TRADE_OUTCOME -> TradeEntry.marketSchema(market.timeframe());
        };
    }

    private static ModelKind kind(Map<String, String> properties) throws UnusableModelException {
        try {
            return ModelKind.of(properties.getOrDefault(KIND, ModelKind.MARKET.code()));
        } catch (IllegalArgumentException e) {
            throw new UnusableModelException(KIND + ": " + e.getMessage(), e);
        }
    }

    private static FeatureSchema schema(Map<String, String> properties)
            throws UnusableModelException {
        List<String> names = parse(properties, SCHEMA_NAMES, new TypeReference<List<String>>() {});
        try {
            return new FeatureSchema(names, required(properties, SCHEMA_HASH));
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new UnusableModelException(
                    SCHEMA_NAMES + " and " + SCHEMA_HASH + " disagree: " + e.getMessage(), e);
        }
    }

    private static SortedMap<Double, Double> conformal(Map<String, String> properties)
            throws UnusableModelException {
        Map<String, Double> texts =
                parse(properties, CONFORMAL, new TypeReference<Map<String, Double>>() {});
        SortedMap<Double, Double> conformal = new TreeMap<>();
        for (Map.Entry<String, @Nullable Double> entry : texts.entrySet()) {
            Double coverage = coverage(entry.getKey());
            Double halfWidth = entry.getValue();
            if (halfWidth == null || !(halfWidth >= 0) || halfWidth.isInfinite()) {
                throw new UnusableModelException(
                        CONFORMAL + " has no usable width for " + coverage + ": " + halfWidth);
            }
            conformal.put(coverage, halfWidth);
        }
        return conformal;
    }

    private static Double coverage(String text) throws UnusableModelException {
        try {
            double coverage = Double.parseDouble(text);
            if (coverage > 0 && coverage < 1) {
                return coverage;
            }
        } catch (NumberFormatException e) {
            throw new UnusableModelException(CONFORMAL + ": '" + text + "' is no coverage", e);
        }
        throw new UnusableModelException(CONFORMAL + ": coverage " + text + " is not in (0, 1)");
    }

    private static <T> T parse(Map<String, String> properties, String key, TypeReference<T> type)
            throws UnusableModelException {
        String text = required(properties, key);
        try {
            T value = Json.mapper().readValue(text, type);
            if (value == null) {
                throw new UnusableModelException("the metadata entry " + key + " is null");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw new UnusableModelException(
                    "the metadata entry " + key + " cannot be read: " + e.getOriginalMessage(), e);
        }
    }

    private static String required(Map<String, String> properties, String key)
            throws UnusableModelException {
        String value = properties.get(key);
        if (value == null || value.isBlank()) {
            throw new UnusableModelException("the metadata entry " + key + " is missing");
        }
        return value;
    }
}
