package io.auspex.configuration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.auspex.platform.Json;
import io.auspex.platform.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything that can be set while the service runs. It is written in one way only, fields in a
 * fixed order and names sorted, so that equal configurations are equal bytes with an equal hash.
 *
 * @param trainerRuns whether refits and data updates start by themselves
 * @param weights of the ensemble's members
 * @param models by name
 */
record Configuration(
        boolean trainerRuns,
        SortedMap<String, Double> weights,
        SortedMap<String, ModelConfiguration> models) {

    /** The format of the document. */
    static final int VERSION = 1;

    static final String TRAINER = "trainer";
    static final String RUNNING = "running";
    static final String ENSEMBLE = "ensemble";
    static final String WEIGHTS = "weights";
    static final String MODELS = "models";
    static final String REFIT_ENABLED = "refit_enabled";
    static final String SHADOW_CLOSES = "shadow_closes";
    static final String CHALLENGER_SHARE = "challenger_share";
    static final String RETRAINING = "retraining";

    /** The same line ends on every machine. */
    private static final ObjectWriter WRITER =
            Json.mapper()
                    .writer(
                            new DefaultPrettyPrinter()
                                    .withObjectIndenter(new DefaultIndenter("  ", "\n")));

    Configuration {
        weights = Collections.unmodifiableSortedMap(new TreeMap<>(weights));
        models = Collections.unmodifiableSortedMap(new TreeMap<>(models));
    }

    /** With the settings of those models instead of their present ones. */
    Configuration with(Configuration wanted) {
        SortedMap<String, ModelConfiguration> all = new TreeMap<>(models);
        all.putAll(wanted.models);
        return new Configuration(wanted.trainerRuns, wanted.weights, all);
    }

    ObjectNode toTree() {
        ObjectNode document = Json.mapper().createObjectNode();
        document.put("version", VERSION);
        document.putObject(TRAINER).put(RUNNING, trainerRuns);
        ObjectNode shares = document.putObject(ENSEMBLE).putObject(WEIGHTS);
        weights.forEach(shares::put);
        ObjectNode each = document.putObject(MODELS);
        models.forEach((name, model) -> each.set(name, tree(model)));
        return document;
    }

    /** UTF-8, with a line end at the end. */
    byte[] toBytes() {
        try {
            return (WRITER.writeValueAsString(toTree()) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree can be written as JSON", e);
        }
    }

    /** SHA-256 of its bytes, in hexadecimal digits. */
    String hash() {
        return Sha256.hex(toBytes());
    }

    private static JsonNode tree(ModelConfiguration model) {
        ObjectNode tree = Json.mapper().createObjectNode();
        tree.put(REFIT_ENABLED, model.policy().refitEnabled());
        tree.put(SHADOW_CLOSES, model.policy().shadowCloses());
        tree.put(CHALLENGER_SHARE, model.policy().challengerShare());
        tree.set(RETRAINING, Json.mapper().valueToTree(model.rules()));
        return tree;
    }
}
