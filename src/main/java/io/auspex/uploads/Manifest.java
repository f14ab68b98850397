package io.auspex.uploads;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import io.auspex.features.FeatureSchema;
import io.auspex.features.FeatureSet;
import io.auspex.model.Head;
import io.auspex.model.MarketSpec;
import io.auspex.model.TargetSpec;
import io.auspex.platform.Failure;
import io.auspex.platform.Json;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a graph's inputs and outputs mean, said by the one who brings it.
 *
 * @param inputs every input of the graph, once
 * @param outputs one or more heads; the outputs of the graph that are not named are dropped
 * @param market needed to make a model of a new name; for a known one it must agree
 * @param targets what was predicted; for a new model the standard targets when left out
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Manifest(
        @JsonProperty(required = true) List<Input> inputs,
        @JsonProperty(required = true) Map<Head, Output> outputs,
        @Nullable MarketSpec market,
        @Nullable TargetSpec targets) {

    /** Longest manifest, in bytes. */
    public static final int MAX_BYTES = 1024 * 1024;

    private static final String OPAQUE_PREFIX = "v";

    public Manifest {
        if (inputs == null || inputs.isEmpty()) {
            throw new IllegalArgumentException("inputs must name the inputs of the graph");
        }
        if (outputs == null || outputs.isEmpty()) {
            throw new IllegalArgumentException(
                    "outputs must name at least one of p_up, p_down, expected_return, p_stop");
        }
        inputs = List.copyOf(inputs);
        Set<String> names = new HashSet<>();
        for (Input input : inputs) {
            if (!names.add(input.name())) {
                throw new IllegalArgumentException("input '" + input.name() + "' is there twice");
            }
        }
        Map<Head, Output> ordered = new EnumMap<>(Head.class);
        ordered.putAll(outputs);
        outputs = Collections.unmodifiableMap(ordered);
    }

    /**
     * An input of the graph: the features that it takes in their order, or the width of a vector
     * whose places have no meaning here.
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Input(
            @JsonProperty(required = true) String name,
            @Nullable List<String> features,
            @Nullable Integer opaque) {

        public Input {
            if (name == null || name.isEmpty()) {
                throw new IllegalArgumentException(
                        "an input needs the name that the graph gives it");
            }
            if ((features == null) == (opaque == null)) {
                throw new IllegalArgumentException(
                        "input '" + name + "' needs either features or opaque");
            }
            if (opaque != null && (opaque < 1 || opaque > FeatureSet.MAX_FEATURES)) {
                throw new IllegalArgumentException(
                        "input '%s': opaque is a width of 1 to %d, not %d"
                                .formatted(name, FeatureSet.MAX_FEATURES, opaque));
            }
            if (features != null) {
                features = List.copyOf(features);
                if (features.isEmpty() || features.stream().anyMatch(String::isBlank)) {
                    throw new IllegalArgumentException(
                            "input '" + name + "' needs features, and each needs a name");
                }
            }
        }

        /** How many values of a row it takes. */
        int width() {
            return features != null ? features.size() : opaque == null ? 0 : opaque;
        }
    }

    /**
     * Where a head is found.
     *
     * @param output name of the graph's output
     * @param column of a float32 or float64 tensor {@code [N, columns]}, counted from 0; the first
     *     when neither this nor a label is given
     * @param classLabel the class whose probability it is, as the classifier calls it
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Output(
            @JsonProperty(required = true) String output,
            @Nullable Integer column,
            @Nullable String classLabel) {

        public Output {
            if (output == null || output.isEmpty()) {
                throw new IllegalArgumentException("a head needs the name of the graph's output");
            }
            if (column != null && classLabel != null) {
                throw new IllegalArgumentException(
                        "output '" + output + "' has a column or a class_label, not both");
            }
            if (column != null && column < 0) {
                throw new IllegalArgumentException(
                        "output '" + output + "': columns are counted from 0, not " + column);
            }
        }
    }

    /**
     * Reads a manifest.
     *
     * @throws Failure INVALID {@code manifest-invalid}, with what is wrong
     */
    public static Manifest parse(byte[] json) {
        if (json.length > MAX_BYTES) {
            throw invalid(
                    "the manifest has %d bytes; at most %d".formatted(json.length, MAX_BYTES));
        }
        try {
            Manifest manifest = Json.mapper().readValue(json, Manifest.class);
            if (manifest == null) {
                throw invalid("the manifest is null");
            }
            manifest.schema();
            return manifest;
        } catch (JsonMappingException e) {
            throw invalid(reason(e));
        } catch (JsonProcessingException e) {
            throw invalid("the manifest is not JSON: " + e.getOriginalMessage());
        } catch (java.io.IOException e) {
            throw invalid("the manifest cannot be read: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw invalid("the manifest: " + e.getMessage());
        }
    }

    /**
     * The feature vector that the stored model takes: every feature once, in the order of its first
     * use; the places of opaque vectors are {@code v0}, {@code v1}, ..
     */
    public FeatureSchema schema() {
        Set<String> names = new LinkedHashSet<>();
        places().forEach(names::addAll);
        if (names.size() > FeatureSet.MAX_FEATURES) {
            throw new IllegalArgumentException(
                    "%d features; at most %d".formatted(names.size(), FeatureSet.MAX_FEATURES));
        }
        return FeatureSchema.of(List.copyOf(names));
    }

    /** The names of what each input takes, in the order of {@link #inputs}. */
    List<List<String>> places() {
        List<List<String>> places = new ArrayList<>();
        int next = 0;
        for (Input input : inputs) {
            if (input.features() != null) {
                places.add(input.features());
            } else {
                List<String> names = new ArrayList<>();
                for (int i = 0; i < input.width(); i++) {
                    names.add(OPAQUE_PREFIX + next++);
                }
                places.add(names);
            }
        }
        return places;
    }

    private static String reason(JsonMappingException e) {
        String path =
                e.getPath().stream()
                        .map(step ->
                                step.getFieldName() == null
                                        ? "[" + step.getIndex() + "]"
                                        : step.getFieldName())
                        .collect(Collectors.joining("."));
        Throwable cause = e.getCause() == null ? e : e.getCause();
        String message =
                cause instanceof JsonProcessingException json
                        ? json.getOriginalMessage().replaceAll(" \\(class [^)]*\\)", "")
                        : String.valueOf(cause.getMessage());
        return "the manifest" + (path.isEmpty() ? "" : " at " + path) + ": " + message;
    }

    private static Failure invalid(String reason) {
        return new Failure(Failure.Category.INVALID, RefusedModelException.MANIFEST, reason);
    }
}
