package io.auspex.api.inference;

import io.auspex.platform.Failure;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** An inference request as it came over HTTP, with or without binary tensors. */
final class HttpQuestion implements Inference.Question {

    private final InferBody body;
    private final Deadline deadline;
    private @Nullable Long timeoutInside;
    private final long arrivedNanos;

    /**
     * @param headerLength the header {@link InferBody#HEADER_LENGTH}
     * @param encoding the header {@code Content-Encoding}
     * @param timeoutMillis the query parameter {@code timeout}
     * @param bytes the body, on the heap
     * @throws Failure INVALID
     */
    HttpQuestion(
            @Nullable String headerLength,
            @Nullable String encoding,
            @Nullable String timeoutMillis,
            ByteBuffer bytes) {
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw Signature.invalid(
                    "invalid-request",
                    "a body in Content-Encoding " + Signature.quoted(encoding) + " is not read");
        }
        this.arrivedNanos = System.nanoTime();
        this.deadline = Deadline.parse(timeoutMillis, arrivedNanos);
        this.body = InferBody.of(bytes, headerLength);
    }

    @Override
    public int bytes() {
        return body.length();
    }

    @Override
    public long arrivedNanos() {
        return arrivedNanos;
    }

    @Override
    public Deadline deadline() {
        return deadline;
    }

    @Override
    public InferRequest read(Signature signature) {
        InferRequest request = RequestReader.read(body, signature);
        timeoutInside = request.timeoutMicros();
        return request;
    }

    InferBody body() {
        return body;
    }

    /** Whether anything in it or around it says until when its answer is of use. */
    boolean isInAHurry() {
        return !deadline.isNone() || timeoutInside != null;
    }
}
