package io.auspex.api.inference;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.auspex.platform.Failure;
import io.auspex.platform.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads an inference request from the body of a POST in one pass: a JSON object with its fields in
 * any order, and behind it the raw bytes of the binary tensor data extension. For one request.
 */
final class RequestReader {

    /** Dimensions of a shape that are read before it is refused. */
    private static final int MAX_DIMENSIONS = 8;

    private final Signature signature;
    private final InferBody body;

    private @Nullable String id;
    private @Nullable Long timeoutMicros;
    private boolean binaryByDefault;
    private @Nullable Map<String, OutputReader> outputs;
    private @Nullable InputReader input;
    private boolean inputsGiven;

    private RequestReader(Signature signature, InferBody body) {
        this.signature = signature;
        this.body = body;
    }

    /**
     * Reads a request for a model.
     *
     * @throws Failure INVALID, saying what is wrong
     */
    static InferRequest read(InferBody body, Signature signature) {
        try (JsonParser json = body.json(Json.mapper().getFactory())) {
            return new RequestReader(signature, body).request(json);
        } catch (JsonProcessingException e) {
            throw malformed(e.getLocation());
        } catch (IOException e) {
            // Bytes that no character encoding has.
            throw malformed(null);
        }
    }

    private InferRequest request(JsonParser json) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw invalid("the body must be a JSON object");
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            JsonToken value = json.nextToken();
            switch (field) {
                case "id" -> id = once(id, text(json, value, "id"), "id");
                case "model_name", "model_version" -> text(json, value, field);
                case "parameters" -> parameters(json, value, this::parameter);
                case "inputs" -> inputs(json, value);
                case "outputs" -> outputs(json, value);
                default -> throw invalid("unknown field '" + Signature.quoted(field) + "'");
            }
        }
        if (json.nextToken() != null) {
            throw invalid("something follows the JSON object");
        }
        return checked();
    }

    private InferRequest checked() {
        InputReader given = input;
        if (given == null) {
            throw invalid("there must be one input, '" + Signature.INPUT + "'");
        }
        return new InferRequest(id, timeoutMicros, given.tensor(), asked());
    }

    private List<InferRequest.Output> asked() {
        Map<String, OutputReader> given = outputs;
        if (given == null || given.isEmpty()) {
            return InferRequest.all(signature, binaryByDefault);
        }
        List<InferRequest.Output> asked = new ArrayList<>(given.size());
        for (Map.Entry<String, OutputReader> output : given.entrySet()) {
            Boolean binary = output.getValue().binary;
            asked.add(
                    new InferRequest.Output(
                            output.getKey(),
                            signature.place(output.getKey()),
                            binary == null ? binaryByDefault : binary));
        }
        return asked;
    }

    private void parameter(JsonParser json, String name, JsonToken value) throws IOException {
        switch (name) {
            case "binary_data_output" -> binaryByDefault = bool(value, name);
            case "timeout" ->
                    timeoutMicros =
                            once(
                                    timeoutMicros,
                                    Signature.timeoutMicros(whole(json, value, name)),
                                    name);
            default -> json.skipChildren();
        }
    }

    private void inputs(JsonParser json, JsonToken value) throws IOException {
        if (inputsGiven) {
            throw twice("inputs");
        }
        inputsGiven = true;
        requireArray(value, "inputs");
        while (json.nextToken() != JsonToken.END_ARRAY) {
            requireObject(json.currentToken(), "inputs");
            if (input != null) {
                throw invalid(
                        "there are several inputs; the model has one, '" + Signature.INPUT + "'");
            }
            InputReader reading = new InputReader();
            reading.read(json);
            input = reading;
        }
    }

    private void outputs(JsonParser json, JsonToken value) throws IOException {
        if (outputs != null) {
            throw twice("outputs");
        }
        requireArray(value, "outputs");
        Map<String, OutputReader> given = new LinkedHashMap<>();
        outputs = given;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            requireObject(json.currentToken(), "outputs");
            OutputReader reading = new OutputReader();
            String name = reading.read(json);
            signature.place(name);
            if (given.put(name, reading) != null) {
                throw invalid("output '" + name + "' is asked for twice");
            }
        }
    }

    /** The one input: its parts in whatever order they come. */
    private final class InputReader {

        private @Nullable String name;
        private @Nullable String datatype;
        private long @Nullable [] shape;
        private @Nullable TensorReader data;
        private @Nullable Long binarySize;

        void read(JsonParser json) throws IOException {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                JsonToken value = json.nextToken();
                switch (field) {
                    case "name" -> name = once(name, text(json, value, field), field);
                    case "datatype" -> datatype = once(datatype, text(json, value, field), field);
                    case "shape" -> shape = once(shape, RequestReader.shape(json, value), field);
                    case "parameters" -> parameters(json, value, this::parameter);
                    case "data" -> data(json);
                    default ->
                            throw invalid(
                                    "unknown field '" + Signature.quoted(field) + "' of an input");
                }
            }
        }

        private void data(JsonParser json) throws IOException {
            if (data != null) {
                throw twice("data");
            }
            TensorReader reading = new TensorReader(signature);
            data = reading;
            reading.read(json);
        }

        private void parameter(JsonParser json, String parameter, JsonToken value)
                throws IOException {
            switch (parameter) {
                case "binary_data_size" ->
                        binarySize = once(binarySize, whole(json, value, parameter), parameter);
                case "shared_memory_region" -> throw Signature.unsupported(parameter);
                default -> json.skipChildren();
            }
        }

        Tensor tensor() {
            if (name == null) {
                throw invalid("the input needs a name, '" + Signature.INPUT + "'");
            }
            signature.requireInput(name);
            if (datatype == null) {
                throw invalid("input '" + name + "' needs a datatype, " + Signature.DATATYPE);
            }
            signature.requireDatatype(datatype);
            long[] given = shape;
            TensorReader numbers = data;
            if (given == null || (numbers == null) == (binarySize == null)) {
                throw invalid(
                        "input '%s' needs a shape, and either data or the parameter binary_data_size"
                                .formatted(name));
            }
            int rows = signature.rows(given);
            if (numbers != null) {
                body.requireNothingBinary();
                return new Tensor(rows, numbers.values(rows, signature.features()));
            }
            return new Tensor(rows, body.binary(binarySize, rows, signature.features()));
        }
    }

    /** One output that is asked for. */
    private static final class OutputReader {

        private @Nullable String name;
        private @Nullable Boolean binary;

        String read(JsonParser json) throws IOException {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                JsonToken value = json.nextToken();
                switch (field) {
                    case "name" -> name = once(name, text(json, value, field), field);
                    case "parameters" -> parameters(json, value, this::parameter);
                    default ->
                            throw invalid(
                                    "unknown field '" + Signature.quoted(field) + "' of an output");
                }
            }
            if (name == null) {
                throw invalid("an output needs a name");
            }
            return name;
        }

        private void parameter(JsonParser json, String parameter, JsonToken value)
                throws IOException {
            switch (parameter) {
                case "binary_data" -> binary = once(binary, bool(value, parameter), parameter);
                case "classification", "shared_memory_region" ->
                        throw Signature.unsupported(parameter);
                default -> json.skipChildren();
            }
        }
    }

    /** Takes one parameter; the parser stands on its value. */
    @FunctionalInterface
    private interface Parameter {
        void read(JsonParser json, String name, JsonToken value) throws IOException;
    }

    private static void parameters(JsonParser json, JsonToken value, Parameter reading)
            throws IOException {
        requireObject(value, "parameters");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            reading.read(json, name, json.nextToken());
        }
    }

    private static long[] shape(JsonParser json, JsonToken value) throws IOException {
        requireArray(value, "shape");
        long[] sizes = new long[MAX_DIMENSIONS];
        int count = 0;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (!isLong(json, json.currentToken()) || count == MAX_DIMENSIONS) {
                throw invalid("shape must be an array of a few integers");
            }
            sizes[count++] = json.getLongValue();
        }
        return Arrays.copyOf(sizes, count);
    }

    private static Long whole(JsonParser json, JsonToken value, String field) throws IOException {
        if (!isLong(json, value)) {
            throw invalid(field + " must be a whole number");
        }
        return json.getLongValue();
    }

    private static boolean isLong(JsonParser json, JsonToken value) throws IOException {
        return value == JsonToken.VALUE_NUMBER_INT
                && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
    }

    private static boolean bool(JsonToken value, String field) {
        if (value != JsonToken.VALUE_TRUE && value != JsonToken.VALUE_FALSE) {
            throw invalid(field + " must be true or false");
        }
        return value == JsonToken.VALUE_TRUE;
    }

    private static String text(JsonParser json, JsonToken value, String field) throws IOException {
        if (value != JsonToken.VALUE_STRING) {
            throw invalid(field + " must be a string");
        }
        return json.getText();
    }

    private static <T> T once(@Nullable T before, T value, String field) {
        if (before != null) {
            throw twice(field);
        }
        return value;
    }

    private static void requireArray(JsonToken value, String field) {
        if (value != JsonToken.START_ARRAY) {
            throw invalid(field + " must be an array");
        }
    }

    private static void requireObject(JsonToken value, String field) {
        if (value != JsonToken.START_OBJECT) {
            throw invalid(
                    field.equals("parameters")
                            ? "parameters must be an object"
                            : field + " must hold objects");
        }
    }

    private static Failure twice(String field) {
        return invalid(field + " is given twice");
    }

    static Failure malformed(@Nullable JsonLocation location) {
        String where =
                location == null
                        ? ""
                        : ": line %d, column %d"
                                .formatted(location.getLineNr(), location.getColumnNr());
        return Signature.invalid("malformed-json", "the body is not JSON" + where);
    }

    private static Failure invalid(String message) {
        return Signature.invalid("invalid-request", message);
    }
}
