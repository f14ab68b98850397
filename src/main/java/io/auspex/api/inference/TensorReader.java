package io.auspex.api.inference;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.auspex.platform.Failure;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Reads the {@code data} of a tensor, flat or as rows, from the stream into one array of floats,
 * without an object a number.
 */
final class TensorReader {

    private static final int FIRST_SIZE = 256;

    private final int maxRows;
    private final int maxElements;
    private float[] values = new float[FIRST_SIZE];
    private int count;
    private int rows;
    private int width;

    /**
     * @param signature says how many numbers are read before it gives up
     */
    TensorReader(Signature signature) {
        this.maxRows = signature.maxRows();
        this.maxElements = signature.maxElements();
    }

    /** Reads from the value on that the parser stands on. */
    void read(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw invalid("data must be an array of numbers, or of rows of numbers");
        }
        boolean flat = true;
        for (JsonToken token = json.nextToken();
                token != JsonToken.END_ARRAY;
                token = json.nextToken()) {
            if (token == JsonToken.START_ARRAY && (!flat || count == 0)) {
                flat = false;
                row(json);
            } else if (flat) {
                number(json, token);
            } else {
                throw invalid("data mixes rows and numbers");
            }
        }
    }

    /**
     * The numbers of {@code rows x columns}.
     *
     * @throws Failure INVALID when it does not hold exactly as many, or other rows
     */
    FloatBuffer values(int expectedRows, int expectedColumns) {
        int expected = Math.multiplyExact(expectedRows, expectedColumns);
        if (count != expected) {
            throw invalid(
                    "data holds %d numbers, shape [%d, %d] needs %d"
                            .formatted(count, expectedRows, expectedColumns, expected));
        }
        if (rows > 0 && (rows != expectedRows || width != expectedColumns)) {
            throw invalid(
                    "data has %d rows of %d, the shape says [%d, %d]"
                            .formatted(rows, width, expectedRows, expectedColumns));
        }
        return FloatBuffer.wrap(values, 0, count);
    }

    private void row(JsonParser json) throws IOException {
        int start = count;
        for (JsonToken token = json.nextToken();
                token != JsonToken.END_ARRAY;
                token = json.nextToken()) {
            number(json, token);
        }
        if (rows > 0 && count - start != width) {
            throw invalid("rows of data have different lengths");
        }
        width = count - start;
        rows++;
        if (rows > maxElements) {
            throw tooMany();
        }
    }

    private void number(JsonParser json, JsonToken token) throws IOException {
        if (token == null || !token.isNumeric()) {
            throw invalid("data holds something that is not a number");
        }
        if (count >= maxElements) {
            throw tooMany();
        }
        float value = json.getFloatValue();
        if (!Float.isFinite(value)) {
            throw invalid("data holds a number that is no finite FP32");
        }
        if (count == values.length) {
            values = Arrays.copyOf(values, Math.min(maxElements, 2 * values.length));
        }
        values[count++] = value;
    }

    private Failure tooMany() {
        return new Failure(
                Failure.Category.INVALID,
                "too-many-rows",
                "a request may bring %d rows; data holds more than %d numbers"
                        .formatted(maxRows, maxElements));
    }

    private static Failure invalid(String message) {
        return Signature.invalid("invalid-tensor", message);
    }
}
