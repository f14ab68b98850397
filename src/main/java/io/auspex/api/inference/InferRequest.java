package io.auspex.api.inference;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.auspex.platform.Failure;
import io.auspex.platform.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An inference request of the Open Inference Protocol v2, read in one pass over the bytes.
 *
 * @param id comes back in the answer; null when there was none
 * @param rows N
 * @param outputs names in the order asked for; empty for all
 */
record InferRequest(@Nullable String id, int rows, Tensor tensor, List<String> outputs) {

    /** Name of the one input. */
    static final String INPUT = "features";

    /** Its datatype. */
    static final String DATATYPE = "FP32";

    private static final int MAX_OUTPUTS = 64;

    InferRequest {
        outputs = List.copyOf(outputs);
    }

    /** Row-major numbers, {@code rows x F}. */
    static final class Tensor {

        private final float[] values;

        private Tensor(float[] values) {
            this.values = values;
        }

        /** The numbers themselves, not to be written to. */
        float[] values() {
            return values;
        }
    }

    /**
     * Reads a request for a model with that many features.
     *
     * @throws Failure INVALID, saying what is wrong
     */
    static InferRequest parse(byte[] body, int features, int maxRows) {
        try (JsonParser json = Json.mapper().getFactory().createParser(body)) {
            return new Reading(features, maxRows).request(json);
        } catch (JsonProcessingException e) {
            throw PredictRequest.malformed(e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading bytes in memory", e);
        }
    }

    /** One pass over a request; fields come in any order. */
    private static final class Reading {

        private final int features;
        private final int maxRows;
        private @Nullable String id;
        private final List<String> outputs = new ArrayList<>();
        private @Nullable String name;
        private @Nullable String datatype;
        private long @Nullable [] shape;
        private @Nullable TensorReader data;
        private int inputs;

        Reading(int features, int maxRows) {
            this.features = features;
            this.maxRows = maxRows;
        }

        InferRequest request(JsonParser json) throws IOException {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw invalid("the body must be a JSON object");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                JsonToken value = json.nextToken();
                switch (field) {
                    case "id" -> id = text(json, value, "id");
                    case "parameters" -> json.skipChildren();
                    case "inputs" -> objects(json, value, "inputs", this::input);
                    case "outputs" -> objects(json, value, "outputs", this::output);
                    default -> throw invalid("unknown field '" + field + "'");
                }
            }
            if (json.nextToken() != null) {
                throw invalid("something follows the JSON object");
            }
            return checked();
        }

        private void input(JsonParser json) throws IOException {
            if (++inputs > 1) {
                throw invalid("the model has one input, '" + INPUT + "'");
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                JsonToken value = json.nextToken();
                switch (field) {
                    case "name" -> name = text(json, value, "name");
                    case "datatype" -> datatype = text(json, value, "datatype");
                    case "shape" -> shape = shape(json, value);
                    case "parameters" -> json.skipChildren();
                    case "data" -> {
                        data = new TensorReader(Math.multiplyExact(maxRows, features));
                        data.read(json);
                    }
                    default -> throw invalid("unknown field '" + field + "' of an input");
                }
            }
        }

        private void output(JsonParser json) throws IOException {
            String asked = null;
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                JsonToken value = json.nextToken();
                switch (field) {
                    case "name" -> asked = text(json, value, "name");
                    case "parameters" -> json.skipChildren();
                    default -> throw invalid("unknown field '" + field + "' of an output");
                }
            }
            if (asked == null) {
                throw invalid("an output needs a name");
            }
            if (outputs.contains(asked) || outputs.size() >= MAX_OUTPUTS) {
                throw invalid("output '" + asked + "' is asked for twice, or there are too many");
            }
            outputs.add(asked);
        }

        private InferRequest checked() {
            if (inputs == 0 || name == null) {
                throw invalid("there must be one input, '" + INPUT + "'");
            }
            if (!INPUT.equals(name)) {
                throw invalid("unknown input '" + name + "'; the model has '" + INPUT + "'");
            }
            if (!DATATYPE.equals(datatype)) {
                throw invalid("input '" + INPUT + "' is " + DATATYPE + ", not " + datatype);
            }
            long[] given = shape;
            if (given == null || data == null) {
                throw invalid("input '" + INPUT + "' needs a shape and data");
            }
            if (given.length != 2 || given[0] < 1 || given[1] != features) {
                throw invalid(
                        "input '%s' has the shape [N, %d], not %s"
                                .formatted(INPUT, features, Arrays.toString(given)));
            }
            if (given[0] > maxRows) {
                throw new Failure(
                        Failure.Category.INVALID,
                        "too-many-rows",
                        "a request may bring %d rows, not %d".formatted(maxRows, given[0]));
            }
            int rows = (int) given[0];
            return new InferRequest(id, rows, new Tensor(data.values(rows, features)), outputs);
        }

        private static long[] shape(JsonParser json, JsonToken value) throws IOException {
            if (value != JsonToken.START_ARRAY) {
                throw invalid("shape must be an array of integers");
            }
            List<Long> sizes = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || sizes.size() > 8) {
                    throw invalid("shape must be an array of a few integers");
                }
                sizes.add(json.getLongValue());
            }
            return sizes.stream().mapToLong(Long::longValue).toArray();
        }

        private static void objects(
                JsonParser json, JsonToken value, String field, ObjectReading reading)
                throws IOException {
            if (value != JsonToken.START_ARRAY) {
                throw invalid(field + " must be an array");
            }
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (json.currentToken() != JsonToken.START_OBJECT) {
                    throw invalid(field + " must hold objects");
                }
                reading.read(json);
            }
        }

        private static String text(JsonParser json, JsonToken value, String field)
                throws IOException {
            if (value != JsonToken.VALUE_STRING) {
                throw invalid(field + " must be a string");
            }
            return json.getText();
        }

        private static Failure invalid(String message) {
            return PredictRequest.invalid("invalid-request", message);
        }
    }

    /** Reads one object of an array. */
    @FunctionalInterface
    private interface ObjectReading {
        void read(JsonParser json) throws IOException;
    }
}
