package io.auspex.api.inference;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Bodies of inference requests, right and wrong. */
final class BinaryBodies {

    /** Three features, three outputs, a hundred rows. */
    static final Signature SIGNATURE = new Signature(3, List.of("p_up", "p_down", "p_stop"), 100);

    /** Characters that mean something in JSON. */
    private static final String GRAMMAR = "{}[],:\"0123456789eE+-.ntf\\ ";

    private BinaryBodies() {}

    static String request(String shape, int size) {
        return "{\"inputs\":[{\"name\":\"features\",\"shape\":%s,\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":%d}}],\"parameters\":{\"binary_data_output\":true}}"
                .formatted(shape, size);
    }

    static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return bytes.array();
    }

    static float[] floats(byte[] bytes, int from) {
        float[] values = new float[(bytes.length - from) / 4];
        ByteBuffer.wrap(bytes, from, bytes.length - from)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(values);
        return values;
    }

    static byte[] concat(String json, byte[] tail) {
        byte[] head = json.getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, all, head.length, tail.length);
        return all;
    }

    static InferRequest read(String json, byte[] tail) {
        return RequestReader.read(
                InferBody.of(amid(concat(json, tail)), Integer.toString(json.length())), SIGNATURE);
    }

    /** The same bytes amid others, as they come from a connection. */
    static ByteBuffer amid(byte[] bytes) {
        byte[] all = new byte[bytes.length + 9];
        Arrays.fill(all, (byte) '}');
        System.arraycopy(bytes, 0, all, 5, bytes.length);
        return ByteBuffer.wrap(all, 5, bytes.length).slice();
    }

    static byte[] noise(Random random) {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** A valid body with a few bytes changed, taken out, doubled, or a piece of it moved. */
    static byte[] mutated(byte[] valid, Random random) {
        byte[] bytes = valid.clone();
        int changes = random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] = (byte) GRAMMAR.charAt(random.nextInt(GRAMMAR.length()));
                case 2 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
                default -> {
                    int length = Math.min(random.nextInt(12), bytes.length - at);
                    System.arraycopy(
                            bytes, at, bytes, random.nextInt(bytes.length - length + 1), length);
                }
            }
        }
        return bytes;
    }
}
