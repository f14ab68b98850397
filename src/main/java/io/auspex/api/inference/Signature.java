package io.auspex.api.inference;

import io.auspex.platform.Failure;
import io.auspex.serving.ServingModel;
import java.util.Arrays;
import java.util.List;

/**
 * What a request for a model must look like, whatever the transport: one input {@code features}
 * FP32 {@code [N, F]}, and one output FP32 {@code [N, 1]} per head.
 *
 * @param features F
 * @param outputs names, in the order of the model's answers
 * @param maxRows largest N
 */
record Signature(int features, List<String> outputs, int maxRows) {

    /** Name of the one input. */
    static final String INPUT = "features";

    /** Datatype of the input and of every output. */
    static final String DATATYPE = "FP32";

    /** What the protocol calls the bytes of one element. */
    static final int ELEMENT_BYTES = Float.BYTES;

    /** Characters of a client's own words that an error repeats. */
    private static final int MAX_QUOTE = 80;

    Signature {
        outputs = List.copyOf(outputs);
    }

    static Signature of(ServingModel model, int maxRows) {
        return new Signature(model.schema().size(), model.outputs(), maxRows);
    }

    /** Most numbers that one request may bring. */
    int maxElements() {
        return Math.multiplyExact(maxRows, features);
    }

    /** Most rows that so many bytes bring as raw numbers; text takes more of them. */
    int rowsOf(int bytes) {
        return Math.clamp(bytes / (features * ELEMENT_BYTES), 1, maxRows);
    }

    /**
     * Refuses any input but the one there is.
     *
     * @throws Failure INVALID
     */
    void requireInput(String name) {
        if (!name.equals(INPUT)) {
            throw invalid(
                    "unknown-input",
                    "unknown input '%s'; the model has '%s'".formatted(quoted(name), INPUT));
        }
    }

    /**
     * Refuses any datatype but that of the model's input.
     *
     * @throws Failure INVALID, naming the datatype that is expected
     */
    void requireDatatype(String datatype) {
        if (!datatype.equals(DATATYPE)) {
            throw invalid(
                    "wrong-datatype",
                    "input '%s' is %s, not %s".formatted(INPUT, DATATYPE, quoted(datatype)));
        }
    }

    /**
     * N of a shape {@code [N, F]}.
     *
     * @throws Failure INVALID for any other shape, or too many rows
     */
    int rows(long[] shape) {
        if (shape.length != 2 || shape[0] < 1 || shape[1] != features) {
            throw invalid(
                    "wrong-shape",
                    "input '%s' has the shape [N, %d], not %s"
                            .formatted(INPUT, features, Arrays.toString(shape)));
        }
        if (shape[0] > maxRows) {
            throw invalid(
                    "too-many-rows",
                    "a request may bring %d rows, not %d".formatted(maxRows, shape[0]));
        }
        return (int) shape[0];
    }

    /**
     * The place of an output in the model's answers.
     *
     * @throws Failure INVALID for an output that the model does not have
     */
    int place(String output) {
        int place = outputs.indexOf(output);
        if (place < 0) {
            throw invalid(
                    "unknown-output",
                    "unknown output '%s'; the model has %s".formatted(quoted(output), outputs));
        }
        return place;
    }

    /** A client's own words in an error, cut to a reasonable length. */
    static String quoted(String text) {
        return text.length() <= MAX_QUOTE ? text : text.substring(0, MAX_QUOTE) + "..";
    }

    /**
     * The parameter {@code timeout}, which clients give in microseconds.
     *
     * @throws Failure INVALID unless it is positive
     */
    static Long timeoutMicros(long micros) {
        if (micros < 1) {
            throw invalid(
                    "invalid-timeout",
                    "the parameter timeout is a number of microseconds from 1, not " + micros);
        }
        return micros;
    }

    /** For parameters that change the meaning of a request: to ignore them would be a lie. */
    static Failure unsupported(String parameter) {
        return invalid(
                "unsupported-parameter",
                "the parameter " + parameter + " is of an extension that is not supported");
    }

    static Failure invalid(String slug, String message) {
        return new Failure(Failure.Category.INVALID, slug, message);
    }
}
