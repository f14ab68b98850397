package io.auspex.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whole HTTP requests as files, a folder for each way of asking, each with {@value #ROWS} different
 * rows: with one and the same row the branches of the trees would be learnt by heart.
 *
 * @param folder of all
 */
record BenchRequests(Path folder) {

    static final int ROWS = 64;

    private static final String JSON = "application/json";
    private static final String OCTETS = "application/octet-stream";

    /** Writes the requests about rows of a model. */
    static BenchRequests write(BenchedModel model, Path folder) throws IOException {
        BenchRequests requests = new BenchRequests(folder);
        String predict = "/api/models/" + BenchedModel.NAME + "/predict";
        String infer = "/v2/models/" + BenchedModel.NAME + "/infer";
        for (int row = 0; row < ROWS; row++) {
            float[] values = new float[BenchedModel.FEATURES];
            model.rows().row(row, values, 0);
            byte[] json = json(model, values);
            byte[] head = binaryHead();
            byte[] binary = binary(head, values);
            String length = "Inference-Header-Content-Length: " + head.length + "\r\n";
            requests.put("json", row, request(predict, JSON, "", json));
            requests.put("raw-json", row, request("/predict", JSON, "", json));
            requests.put("echo-json", row, request("/echo", JSON, "", json));
            requests.put("binary", row, request(infer, OCTETS, length, binary));
            requests.put("raw-binary", row, request("/infer", OCTETS, length, binary));
            requests.put("echo-binary", row, request("/echo", OCTETS, length, binary));
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

    private static byte[] json(BenchedModel model, float[] values) {
        StringBuilder json = new StringBuilder("{\"features\":{");
        for (int i = 0; i < values.length; i++) {
            json.append(i == 0 ? "\"" : ",\"")
                    .append(model.schema().names().get(i))
                    .append("\":")
                    .append(values[i]);
        }
        return json.append("}}").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] binaryHead() {
        return """
        {"inputs":[{"name":"features","shape":[1,%d],"datatype":"FP32","parameters":{"binary_data_size":%d}}],"parameters":{"binary_data_output":true}}\
        """
                .formatted(BenchedModel.FEATURES, BenchedModel.FEATURES * Float.BYTES)
                .getBytes(StandardCharsets.UTF_8);
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
