package io.auspex.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.StringJoiner;

/**
 * Whole HTTP requests as files, a folder for each way of asking, each with {@value #ROWS} different
 * rows: with one and the same row the branches of the trees would be learnt by heart.
 *
 * @param folder of all
 */
record BenchRequests(Path folder) {

    static final int ROWS = 64;

    /** Rows of a request that brings many; fewer than are sent to a worker thread. */
    static final int MANY = 32;

    private static final String JSON = "application/json";
    private static final String OCTETS = "application/octet-stream";

    /** Writes the requests about rows of a model. */
    static BenchRequests write(BenchedModel model, Path folder) throws IOException {
        BenchRequests requests = new BenchRequests(folder);
        String predict = "/api/models/" + BenchedModel.NAME + "/predict";
        String infer = "/v2/models/" + BenchedModel.NAME + "/infer";
        for (int row = 0; row < ROWS; row++) {
            float[] values = values(model, row, 1);
            byte[] json = utf8("{\"features\":" + named(model, values, 0) + "}");
            byte[] head = binaryHead(1);
            byte[] binary = binary(head, values);
            String length = length(head);
            requests.put("json", row, request(predict, JSON, "", json));
            requests.put("raw-json", row, request("/predict", JSON, "", json));
            requests.put("echo-json", row, request("/echo", JSON, "", json));
            requests.put("binary", row, request(infer, OCTETS, length, binary));
            requests.put("raw-binary", row, request("/infer", OCTETS, length, binary));
            requests.put("echo-binary", row, request("/echo", OCTETS, length, binary));
            requests.put("infer-json", row, request(infer, JSON, "", inferJson(values)));
            float[] many = values(model, row, MANY);
            byte[] manyHead = binaryHead(MANY);
            requests.put("json-many", row, request(predict, JSON, "", manyJson(model, many)));
            requests.put("infer-json-many", row, request(infer, JSON, "", inferJson(many)));
            requests.put(
                    "binary-many",
                    row,
                    request(infer, OCTETS, length(manyHead), binary(manyHead, many)));
        }
        return requests;
    }

    Path json() {
        return folder.resolve("json");
    }

    Path rawJson() {
        return folder.resolve("raw-json");
    }

    Path echoJson() {
        return folder.resolve("echo-json");
    }

    /** The binary tensor data extension of the Open Inference Protocol, in both directions. */
    Path binary() {
        return folder.resolve("binary");
    }

    /** {@code infer} of the same protocol in JSON. */
    Path inferJson() {
        return folder.resolve("infer-json");
    }

    /** The same as {@link #json}, with {@link #MANY} rows a request. */
    Path manyJson() {
        return folder.resolve("json-many");
    }

    /** The same as {@link #inferJson}, with {@link #MANY} rows a request. */
    Path manyInferJson() {
        return folder.resolve("infer-json-many");
    }

    /** The same as {@link #binary}, with {@link #MANY} rows a request. */
    Path manyBinary() {
        return folder.resolve("binary-many");
    }

    Path rawBinary() {
        return folder.resolve("raw-binary");
    }

    Path echoBinary() {
        return folder.resolve("echo-binary");
    }

    /** The body of the first request of a folder. */
    static String body(Path requests) throws IOException {
        String whole = Files.readString(requests.resolve("00"), StandardCharsets.ISO_8859_1);
        return whole.substring(whole.indexOf("\r\n\r\n") + 4);
    }

    private void put(String way, int row, byte[] request) throws IOException {
        Path file = folder.resolve(way).resolve("%02d".formatted(row));
        Files.createDirectories(file.getParent());
        Files.write(file, request);
    }

    /** Some rows one after the other, from that one on. */
    private static float[] values(BenchedModel model, int first, int rows) {
        float[] values = new float[rows * BenchedModel.FEATURES];
        for (int i = 0; i < rows; i++) {
            model.rows().row(first + i, values, i * BenchedModel.FEATURES);
        }
        return values;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] manyJson(BenchedModel model, float[] values) {
        StringJoiner rows = new StringJoiner(",");
        for (int from = 0; from < values.length; from += BenchedModel.FEATURES) {
            rows.add(named(model, values, from));
        }
        return utf8("{\"rows\":[" + rows + "]}");
    }

    /** A row as an object of named features. */
    private static String named(BenchedModel model, float[] values, int from) {
        StringJoiner features = new StringJoiner(",", "{", "}");
        for (int i = 0; i < BenchedModel.FEATURES; i++) {
            features.add("\"%s\":%s".formatted(model.schema().names().get(i), values[from + i]));
        }
        return features.toString();
    }

    private static byte[] inferJson(float[] values) {
        StringJoiner data = new StringJoiner(",");
        for (float value : values) {
            data.add(Float.toString(value));
        }
        return """
        {"inputs":[{"name":"features","shape":[%d,%d],"datatype":"FP32","data":[%s]}]}\
        """
                .formatted(values.length / BenchedModel.FEATURES, BenchedModel.FEATURES, data)
                .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] binaryHead(int rows) {
        return """
        {"inputs":[{"name":"features","shape":[%d,%d],"datatype":"FP32","parameters":{"binary_data_size":%d}}],"parameters":{"binary_data_output":true}}\
        """
                .formatted(rows, BenchedModel.FEATURES, rows * BenchedModel.FEATURES * Float.BYTES)
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String length(byte[] head) {
        return "Inference-Header-Content-Length: " + head.length + "\r\n";
    }

    private static byte[] binary(byte[] head, float[] values) {
        ByteBuffer body =
                ByteBuffer.allocate(head.length + values.length * Float.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .put(head);
        for (float value : values) {
            body.putFloat(value);
        }
        return body.array();
    }

    private static byte[] request(String path, String type, String more, byte[] body) {
        byte[] head =
                ("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\n%sContent-Length: %d\r\n\r\n"
                                .formatted(path, type, more, body.length))
                        .getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(head.length + body.length).put(head).put(body).array();
    }
}
