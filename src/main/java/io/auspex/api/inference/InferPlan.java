package io.auspex.api.inference;

import io.auspex.serving.ScoringRows;
import io.auspex.serving.ServingModel;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * What the JSON head of a binary request means to a version: whoever asks again and again sends the
 * same head before other numbers, and gets the same head before other answers. Both are kept as
 * bytes, so that the next request with that head is neither parsed nor is its answer's head
 * written. Immutable.
 */
final class InferPlan {

    /** Heads longer than this are not kept. */
    static final int MAX_HEAD_BYTES = 4096;

    private static final VarHandle LITTLE_ENDIAN =
            MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

    private final ServingModel model;
    private final byte[] head;
    private final int rows;
    private final int[] places;
    private final byte[] answerHead;
    private final String answerHeadLength;

    private InferPlan(ServingModel model, byte[] head, int rows, int[] places, byte[] answerHead) {
        this.model = model;
        this.head = head;
        this.rows = rows;
        this.places = places;
        this.answerHead = answerHead;
        this.answerHeadLength = Integer.toString(answerHead.length);
    }

    /** Whether such a request and its answer say the same again when their heads are the same. */
    static boolean isWorthIt(HttpQuestion question, InferAnswer answer) {
        return question.body().isSplit()
                && question.body().jsonBytes() <= MAX_HEAD_BYTES
                && question.body().jsonBytes() < question.body().length()
                && !question.isInAHurry()
                && answer.id() == null
                && answer.isBinary();
    }

    /**
     * @param answered what the version has answered to the question
     * @param body the answer as it was sent
     */
    static InferPlan of(
            ServingModel model,
            HttpQuestion question,
            InferAnswer answered,
            InferAnswer.Body body) {
        Integer jsonBytes = body.jsonBytes();
        if (jsonBytes == null) {
            throw new IllegalArgumentException("only a binary answer has a head");
        }
        List<String> outputs = model.outputs();
        int[] places =
                answered.outputs().stream()
                        .mapToInt(output -> outputs.indexOf(output.name()))
                        .toArray();
        return new InferPlan(
                model,
                question.body().head(),
                answered.rows(),
                places,
                Arrays.copyOf(body.bytes(), jsonBytes));
    }

    /** Whether it is that version's, and the request has its head and as many numbers. */
    boolean fits(ServingModel asked, InferBody body) {
        return model == asked
                && body.isSplit()
                && body.hasHead(head)
                && body.length() - head.length
                        == rows * asked.schema().size() * Signature.ELEMENT_BYTES;
    }

    ServingModel model() {
        return model;
    }

    int rows() {
        return rows;
    }

    /** The value of {@link InferBody#HEADER_LENGTH} of its answers. */
    String answerHeadLength() {
        return answerHeadLength;
    }

    /**
     * Asks the version, which is leased.
     *
     * @return the whole body. On the heap, and not in pooled memory: a few hundred bytes that
     *     nobody has to give back are cheaper than a listener who does
     */
    byte[] answer(InferBody body) {
        byte[] out = head();
        FloatBuffer row = body.tail();
        try (ScoringRows scored = rows == 1 ? model.oneRow() : model.manyRows()) {
            int chunk = scored.capacity();
            for (int from = 0; from < rows; from += chunk) {
                int n = Math.min(chunk, rows - from);
                scored.put(row.position(from * model.schema().size()), n);
                scored.run(n);
                write(scored, 0, from, n, out);
            }
        }
        return out;
    }

    /** The whole body when its only row was scored among others. */
    byte[] answer(ScoringRows scored, int row) {
        byte[] out = head();
        write(scored, row, 0, 1, out);
        return out;
    }

    /** The head, and room for the numbers. */
    private byte[] head() {
        return Arrays.copyOf(
                answerHead, answerHead.length + places.length * rows * Signature.ELEMENT_BYTES);
    }

    /** Output by output, and in each row by row. */
    private void write(ScoringRows scored, int first, int from, int n, byte[] out) {
        for (int i = 0; i < places.length; i++) {
            int at = answerHead.length + (i * rows + from) * Signature.ELEMENT_BYTES;
            for (int k = 0; k < n; k++) {
                LITTLE_ENDIAN.set(
                        out, at + k * Signature.ELEMENT_BYTES, scored.answer(places[i], first + k));
            }
        }
    }
}
