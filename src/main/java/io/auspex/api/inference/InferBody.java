package io.auspex.api.inference;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.auspex.platform.Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The body of an inference request: a JSON object and, with the binary tensor data extension, the
 * little-endian bytes of its tensors behind it.
 */
final class InferBody {

    /** How long the JSON object is, when bytes of tensors follow it. */
    static final String HEADER_LENGTH = "Inference-Header-Content-Length";

    private final byte[] bytes;
    private final int offset;
    private final int length;
    private final int jsonBytes;
    private final boolean split;

    private InferBody(ByteBuffer bytes, int jsonBytes, boolean split) {
        this.bytes = bytes.array();
        this.offset = bytes.arrayOffset() + bytes.position();
        this.length = bytes.remaining();
        this.jsonBytes = jsonBytes;
        this.split = split;
    }

    /**
     * @param bytes on the heap
     * @param headerLength the value of {@link #HEADER_LENGTH}; null when there is none
     * @throws Failure INVALID for a length that the body does not have
     */
    static InferBody of(ByteBuffer bytes, @Nullable String headerLength) {
        if (headerLength == null) {
            return new InferBody(bytes, bytes.remaining(), false);
        }
        return new InferBody(bytes, length(headerLength.trim(), bytes.remaining()), true);
    }

    /** Bytes in all. */
    int length() {
        return length;
    }

    /** Bytes of the JSON object. */
    int jsonBytes() {
        return jsonBytes;
    }

    /** Whether bytes of tensors may follow the JSON object. */
    boolean isSplit() {
        return split;
    }

    /** A copy of the JSON object. */
    byte[] head() {
        return Arrays.copyOfRange(bytes, offset, offset + jsonBytes);
    }

    /** Whether the JSON object is, byte for byte, that one. */
    boolean hasHead(byte[] head) {
        return jsonBytes == head.length
                && Arrays.equals(bytes, offset, offset + jsonBytes, head, 0, head.length);
    }

    JsonParser json(JsonFactory factory) throws IOException {
        return factory.createParser(bytes, offset, jsonBytes);
    }

    /**
     * Refuses bytes that belong to no tensor.
     *
     * @throws Failure INVALID
     */
    void requireNothingBinary() {
        if (jsonBytes < length) {
            throw invalid(
                    "%d bytes follow the JSON object, but the input has no binary_data_size"
                            .formatted(length - jsonBytes));
        }
    }

    /**
     * The one tensor behind the JSON object, as a view.
     *
     * @param size as the request declares it
     * @throws Failure INVALID unless exactly {@code rows x features} numbers follow
     */
    FloatBuffer binary(long size, int rows, int features) {
        if (!split) {
            throw invalid("binary_data_size needs the header " + HEADER_LENGTH);
        }
        long needed = (long) rows * features * Signature.ELEMENT_BYTES;
        if (size != needed) {
            throw invalid(
                    "binary_data_size is %d, shape [%d, %d] of %s needs %d"
                            .formatted(size, rows, features, Signature.DATATYPE, needed));
        }
        if (size != length - jsonBytes) {
            throw invalid(
                    "%d bytes follow the JSON object, binary_data_size is %d"
                            .formatted(length - jsonBytes, size));
        }
        return tail();
    }

    /** Everything behind the JSON object as little-endian numbers, as a view. */
    FloatBuffer tail() {
        return ByteBuffer.wrap(bytes, offset + jsonBytes, length - jsonBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
    }

    private static int length(String headerLength, int available) {
        long length;
        try {
            length = Long.parseLong(headerLength);
        } catch (NumberFormatException e) {
            throw invalid(
                    HEADER_LENGTH + " is not a number of bytes: " + Signature.quoted(headerLength));
        }
        if (length < 0 || length > available) {
            throw invalid(
                    "%s is %d, the body has %d bytes".formatted(HEADER_LENGTH, length, available));
        }
        return (int) length;
    }

    private static Failure invalid(String message) {
        return Signature.invalid("invalid-binary-data", message);
    }
}
