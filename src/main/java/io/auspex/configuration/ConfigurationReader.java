package io.auspex.configuration;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import io.auspex.ensemble.EnsembleWeights;
import io.auspex.platform.Failure;
import io.auspex.platform.Json;
import io.auspex.registry.ModelPolicy;
import io.auspex.triggers.RefitRules;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads one document and notes everything that is wrong with it, each with its path. Every field of
 * an object that is given must be there, and no other one; only models may be left out.
 */
final class ConfigurationReader {

    /** Most faults that one answer lists. */
    static final int MAX_FAULTS = 200;

    private static final ObjectReader JSON =
            Json.mapper()
                    .reader()
                    .with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .with(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

    private final CurrentConfiguration current;
    private final RulesReader rules;
    private final List<Fault> faults = new ArrayList<>();

    /**
     * @param current what there is: models and members that can be named
     * @param valid rules that are right
     */
    ConfigurationReader(CurrentConfiguration current, RefitRules valid) {
        this.current = current;
        this.rules = new RulesReader(valid, this::fault);
    }

    /** What was wrong, in the order of the document; at most {@value #MAX_FAULTS}. */
    List<Fault> faults() {
        return List.copyOf(faults);
    }

    /** The configuration; empty when there are faults. */
    Optional<Configuration> read(byte[] document) {
        JsonNode tree;
        try {
            tree = JSON.readTree(document);
        } catch (JsonProcessingException malformed) {
            var at = malformed.getLocation();
            fault(
                    "",
                    "this is not JSON: "
                            + malformed.getOriginalMessage()
                            + (at == null
                                    ? ""
                                    : ", line %d, column %d"
                                            .formatted(at.getLineNr(), at.getColumnNr())));
            return Optional.empty();
        } catch (IOException unreadable) {
            throw new IllegalStateException("bytes in memory can be read", unreadable);
        }
        if (!tree.isObject()) {
            fault("", "give the configuration as an object, as GET /api/config/export writes it");
            return Optional.empty();
        }
        JsonNode version = tree.path("version");
        if (!version.isInt() || version.intValue() != Configuration.VERSION) {
            // Of another format nothing else can be said.
            fault(
                    "/version",
                    "the version of the format must be %d: %s"
                            .formatted(Configuration.VERSION, shown(version)));
            return Optional.empty();
        }
        fields(
                "",
                tree,
                Set.of(
                        "version",
                        Configuration.TRAINER,
                        Configuration.ENSEMBLE,
                        Configuration.MODELS));
        Boolean running = trainer(tree.get(Configuration.TRAINER));
        SortedMap<String, Double> weights = ensemble(tree.get(Configuration.ENSEMBLE));
        SortedMap<String, ModelConfiguration> models = models(tree.get(Configuration.MODELS));
        return faults.isEmpty() && running != null
                ? Optional.of(new Configuration(running, weights, models))
                : Optional.empty();
    }

    private @Nullable Boolean trainer(@Nullable JsonNode trainer) {
        String path = "/" + Configuration.TRAINER;
        if (trainer == null || !isObject(path, trainer, Set.of(Configuration.RUNNING))) {
            return null;
        }
        return flag(path, trainer, Configuration.RUNNING);
    }

    private SortedMap<String, Double> ensemble(@Nullable JsonNode ensemble) {
        SortedMap<String, Double> weights = new TreeMap<>();
        String path = "/" + Configuration.ENSEMBLE;
        if (ensemble == null || !isObject(path, ensemble, Set.of(Configuration.WEIGHTS))) {
            return weights;
        }
        JsonNode given = ensemble.get(Configuration.WEIGHTS);
        String below = Pointer.below(path, Configuration.WEIGHTS);
        if (given == null) {
            return weights;
        }
        if (!given.isObject()) {
            fault(below, "an object of numbers is wanted");
            return weights;
        }
        given.properties()
                .forEach(member -> {
                    if (member.getValue().isNumber()) {
                        // Of two zeros one is written.
                        weights.put(member.getKey(), member.getValue().doubleValue() + 0.0);
                    } else {
                        weights.put(member.getKey(), Double.NaN);
                    }
                });
        EnsembleWeights.faults(weights, this::canJoin)
                .forEach((member, message) ->
                        fault(member.isEmpty() ? below : Pointer.below(below, member), message));
        return weights;
    }

    private boolean canJoin(String member) {
        return current.marketModels().contains(member)
                || current.configuration().weights().containsKey(member);
    }

    private SortedMap<String, ModelConfiguration> models(@Nullable JsonNode given) {
        SortedMap<String, ModelConfiguration> models = new TreeMap<>();
        String path = "/" + Configuration.MODELS;
        if (given == null) {
            return models;
        }
        if (!given.isObject()) {
            fault(path, "an object of models is wanted");
            return models;
        }
        given.properties()
                .forEach(entry -> {
                    String below = Pointer.below(path, entry.getKey());
                    if (!current.configuration().models().containsKey(entry.getKey())) {
                        fault(
                                below,
                                "there is no model of that name; models are declared by feeds and"
                                        + " uploads, not by an import");
                        return;
                    }
                    ModelConfiguration model = model(below, entry.getValue());
                    if (model != null) {
                        models.put(entry.getKey(), model);
                    }
                });
        return models;
    }

    private @Nullable ModelConfiguration model(String path, JsonNode model) {
        if (!isObject(
                path,
                model,
                Set.of(
                        Configuration.REFIT_ENABLED,
                        Configuration.SHADOW_CLOSES,
                        Configuration.CHALLENGER_SHARE,
                        Configuration.RETRAINING))) {
            return null;
        }
        Boolean enabled = flag(path, model, Configuration.REFIT_ENABLED);
        Integer closes =
                value(
                        path,
                        model,
                        Configuration.SHADOW_CLOSES,
                        "a whole number is wanted",
                        JsonNode::isInt,
                        JsonNode::intValue);
        Double share =
                value(
                        path,
                        model,
                        Configuration.CHALLENGER_SHARE,
                        "a number is wanted",
                        JsonNode::isNumber,
                        number -> number.doubleValue() + 0.0);
        if (closes != null) {
            policy(path, Configuration.SHADOW_CLOSES, true, closes, 0);
        }
        if (share != null) {
            policy(path, Configuration.CHALLENGER_SHARE, true, 0, share);
        }
        JsonNode given = model.get(Configuration.RETRAINING);
        RefitRules own =
                given == null || given.isNull()
                        ? null
                        : rules.read(Pointer.below(path, Configuration.RETRAINING), given);
        ModelPolicy policy =
                enabled == null || closes == null || share == null || !faults.isEmpty()
                        ? null
                        : policy(path, "", enabled, closes, share);
        return policy == null ? null : new ModelConfiguration(policy, own);
    }

    /** One value at a time, so that each has its own fault. */
    private @Nullable ModelPolicy policy(
            String path, String field, boolean enabled, int closes, double share) {
        try {
            return new ModelPolicy(enabled, closes, share);
        } catch (Failure refused) {
            fault(Pointer.below(path, field), String.valueOf(refused.getMessage()));
            return null;
        }
    }

    private @Nullable Boolean flag(String path, JsonNode object, String name) {
        return value(
                path,
                object,
                name,
                "true or false is wanted",
                JsonNode::isBoolean,
                JsonNode::booleanValue);
    }

    /** Null when it is missing, which has been said already, or something else. */
    private <T> @Nullable T value(
            String path,
            JsonNode object,
            String name,
            String wanted,
            Predicate<JsonNode> is,
            Function<JsonNode, T> read) {
        JsonNode value = object.get(name);
        if (value == null) {
            return null;
        }
        if (!is.test(value)) {
            fault(Pointer.below(path, name), wanted + ": " + shown(value));
            return null;
        }
        return read.apply(value);
    }

    private boolean isObject(String path, JsonNode object, Set<String> names) {
        if (!object.isObject()) {
            fault(path, "an object is wanted");
            return false;
        }
        fields(path, object, names);
        return true;
    }

    private void fields(String path, JsonNode object, Set<String> names) {
        fields(path, object, names, this::fault);
    }

    /** Notes fields that are missing, and those that nobody knows. */
    static void fields(String path, JsonNode object, Set<String> names, Faults faults) {
        object.fieldNames()
                .forEachRemaining(name -> {
                    if (!names.contains(name)) {
                        faults.note(
                                Pointer.below(path, name),
                                "this field is unknown; known are "
                                        + String.join(", ", names.stream().sorted().toList()));
                    }
                });
        names.stream()
                .sorted()
                .filter(name -> !object.has(name))
                .forEach(name -> faults.note(Pointer.below(path, name), "this field is missing"));
    }

    /** Notes a fault. */
    @FunctionalInterface
    interface Faults {
        void note(String path, String message);
    }

    private void fault(String path, String message) {
        if (faults.size() < MAX_FAULTS) {
            faults.add(new Fault(path, message));
        }
    }

    static String shown(JsonNode value) {
        String text = value.isMissingNode() ? "it is missing" : value.toString();
        return text.length() <= 100 ? text : text.substring(0, 100) + "..";
    }
}
