package io.auspex.api.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.platform.Failure;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestReaderTest {

    @Test
    void readsFlatAndNestedDataAlike() {
        InferRequest flat = parse(request("[2,3]", "[1,2,3,4.5,-5e-1,6]"));
        InferRequest nested = parse(request("[2,3]", "[[1,2,3],[4.5,-5e-1,6]]"));
        assertThat(numbers(flat)).containsExactly(1, 2, 3, 4.5f, -0.5f, 6);
        assertThat(numbers(nested)).isEqualTo(numbers(flat));
        assertThat(nested.tensor().rows()).isEqualTo(2);
    }

    @Test
    void readsFieldsInAnyOrderAndToleratesParameters() {
        InferRequest request =
                parse(
                        """
                        {"outputs": [{"name": "p_down", "parameters": {"binary_data": false}}],
                         "parameters": {"any": ["thing", {"deep": 1}]},
                         "inputs": [{"data": [1, 2, 3], "parameters": {"x": 1}, "datatype": "FP32",
                                     "shape": [1, 3], "name": "features"}],
                         "id": "42"}
                        """);
        assertThat(request.id()).isEqualTo("42");
        assertThat(request.outputs()).containsExactly(new InferRequest.Output("p_down", 1, false));
    }

    @Test
    void readsEveryFloatAsItIs() {
        Random random = new Random(3);
        float[] row = new float[300];
        StringBuilder data = new StringBuilder("[");
        for (int i = 0; i < row.length; i++) {
            do {
                row[i] = Float.intBitsToFloat(random.nextInt());
            } while (!Float.isFinite(row[i]));
            data.append(i == 0 ? "" : ",").append(row[i]);
        }
        InferRequest request = parse(request("[100,3]", data.append("]").toString()));
        assertThat(numbers(request)).isEqualTo(row);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "[1,3]|[1,2]|data holds 2 numbers, shape [1, 3] needs 3",
                "[1,3]|[1,2,3,4]|data holds 4 numbers",
                "[1,4]|[1,2,3,4]|shape [N, 3], not [1, 4]",
                "[3]|[1,2,3]|shape [N, 3], not [3]",
                "[0,3]|[]|shape [N, 3], not [0, 3]",
                "[-1,3]|[1,2,3]|shape [N, 3], not [-1, 3]",
                "[101,3]|[1,2,3]|a request may bring 100 rows, not 101",
                "[9999999999,3]|[1,2,3]|a request may bring 100 rows",
                "[1.5,3]|[1,2,3]|array of a few integers",
                "7|[1,2,3]|shape must be an array",
                "[2,3]|[[1,2,3],[4,5]]|rows of data have different lengths",
                "[2,3]|[[1,2],[3,4],[5,6]]|data has 3 rows of 2",
                "[2,3]|[[1,2,3],4,5,6]|data mixes rows and numbers",
                "[2,3]|[1,2,3,[4,5,6]]|not a number",
                "[1,3]|[[[1,2,3]]]|not a number",
                "[1,3]|[1,2,null]|not a number",
                "[1,3]|[1,2,\"3\"]|not a number",
                "[1,3]|[1,2,1e300]|no finite FP32",
                "[1,3]|\"AAAA\"|data must be an array",
                "[1,3]|[1,2,|not JSON",
                "[1,3]|[1,2,NaN]|not JSON",
            })
    void saysWhatIsWrongWithATensor(String shape, String data, String message) {
        assertRefused(request(shape, data), message);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "''|the body must be a JSON object",
                "[]|the body must be a JSON object",
                "{}|there must be one input",
                "{\"inputs\":[]}|there must be one input",
                "{\"inputs\":{}}|inputs must be an array",
                "{\"inputs\":[7]}|inputs must hold objects",
                "{\"input\":[]}|unknown field 'input'",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,3],\"datatype\":\"FP32\",\"data\":[1,2,3]}]}|unknown input 'x'",
                "{\"inputs\":[{\"name\":\"features\",\"shape\":[1,3],\"datatype\":\"FP64\",\"data\":[1,2,3]}]}|is FP32, not FP64",
                "{\"inputs\":[{\"name\":\"features\",\"shape\":[1,3],\"data\":[1,2,3]}]}|needs a datatype, FP32",
                "{\"inputs\":[{\"name\":\"features\",\"shape\":[1,3],\"datatype\":\"FP32\"}]}|needs a shape, and either data or the parameter binary_data_size",
                "{\"inputs\":[{\"name\":\"features\",\"datatype\":\"FP32\",\"data\":[1,2,3]}]}|needs a shape, and either data or the parameter binary_data_size",
                "{\"inputs\":[{\"nmae\":\"features\"}]}|unknown field 'nmae' of an input",
                "{\"inputs\":[{\"name\":\"features\"},{\"name\":\"more\"}]}|there are several inputs",
                "{\"id\":7}|id must be a string",
                "{\"id\":\"a\",\"id\":\"b\"}|id is given twice",
                "{\"inputs\":[{\"name\":\"features\",\"data\":[],\"data\":[]}]}|data is given twice",
                "{\"inputs\":[{\"name\":\"features\",\"shape\":[1],\"shape\":[1]}]}|shape is given twice",
                "{\"inputs\":[],\"inputs\":[]}|inputs is given twice",
                "{\"outputs\":[],\"outputs\":[]}|outputs is given twice",
                "{\"outputs\":[{\"name\":\"x\"}]}|unknown output 'x'; the model has [p_up, p_down, p_stop]",
                "{\"outputs\":[{\"name\":\"p_up\",\"parameters\":{\"classification\":1}}]}|classification is of an extension",
                "{\"parameters\":7}|parameters must be an object",
                "{\"parameters\":{\"binary_data_output\":1}}|binary_data_output must be true or false",
                "{\"outputs\":[{}]}|an output needs a name",
                "{\"outputs\":[{\"name\":\"p_up\"},{\"name\":\"p_up\"}]}|is asked for twice",
            })
    void saysWhatIsWrongWithARequest(String body, String message) {
        assertRefused(body, message);
    }

    @Test
    void stopsReadingDataBeyondTheBound() {
        String data = "[" + "1,".repeat(301) + "1]";
        assertRefused(request("[1,3]", data), "more than 300 numbers");
        assertRefused(request("[1,3]", "[" + "[],".repeat(400) + "[]]"), "more than 300 numbers");
    }

    @Test
    void keepsTheOrderOfOutputsAndGivesAllWithoutASelection() {
        String body = request("[1,3]", "[1,2,3]");
        assertThat(parse(body).outputs())
                .extracting(InferRequest.Output::name)
                .containsExactly("p_up", "p_down", "p_stop");
        assertThat(parse(with(body, "\"outputs\":[]")).outputs()).hasSize(3);
        assertThat(
                        parse(with(body, "\"outputs\":[{\"name\":\"p_stop\"},{\"name\":\"p_up\"}]"))
                                .outputs())
                .containsExactly(
                        new InferRequest.Output("p_stop", 2, false),
                        new InferRequest.Output("p_up", 0, false));
    }

    @Test
    void anOutputsOwnWishGoesBeforeThatOfTheRequest() {
        String body =
                with(
                        request("[1,3]", "[1,2,3]"),
                        "\"outputs\":[{\"name\":\"p_up\",\"parameters\":{\"binary_data\":false}},"
                                + "{\"name\":\"p_down\"}],"
                                + "\"parameters\":{\"binary_data_output\":true}");
        assertThat(parse(body).outputs())
                .containsExactly(
                        new InferRequest.Output("p_up", 0, false),
                        new InferRequest.Output("p_down", 1, true));
    }

    @Test
    void readsBinaryNumbersBitForBitAlsoThoseThatJsonCannotHave() {
        float[] row = {
            1.5f, Float.NaN, Float.NEGATIVE_INFINITY, -0.0f, Float.MIN_VALUE, Float.MAX_VALUE
        };
        InferRequest request =
                BinaryBodies.read(BinaryBodies.request("[2,3]", 24), BinaryBodies.floats(row));
        assertThat(numbers(request)).isEqualTo(row);
        assertThat(request.tensor().rows()).isEqualTo(2);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "no header|100|needs the header Inference-Header-Content-Length",
                "negative header|100|is -1, the body has",
                "header beyond the body|100|is 1000000, the body has",
                "header of no number|100|is not a number of bytes: twelve",
                "header beyond a long|100|is not a number of bytes: 99999999999999999999",
                "header too short|100|the body is not JSON",
                "bytes missing|12|8 bytes follow the JSON object, binary_data_size is 12",
                "bytes trailing|12|13 bytes follow the JSON object, binary_data_size is 12",
                "size of another shape|8|binary_data_size is 8, shape [1, 3] of FP32 needs 12",
                "size|-12|binary_data_size is -12, shape [1, 3] of FP32 needs 12",
                "size|9223372036854775807|binary_data_size is 9223372036854775807",
                "size|9223372036854775808|binary_data_size must be a whole number",
                "size|1.5|binary_data_size must be a whole number",
                "size|\"12\"|binary_data_size must be a whole number",
            })
    void saysWhatIsWrongWithBinaryData(String kind, String size, String message) {
        String json =
                "{\"inputs\":[{\"name\":\"features\",\"shape\":[1,3],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":"
                        + (size.equals("100") ? "12" : size)
                        + "}}]}";
        int bytes = kind.equals("bytes missing") ? 8 : kind.equals("bytes trailing") ? 13 : 12;
        int length = json.length();
        String header =
                switch (kind) {
                    case "no header" -> null;
                    case "negative header" -> "-1";
                    case "header beyond the body" -> "1000000";
                    case "header of no number" -> "twelve";
                    case "header beyond a long" -> "99999999999999999999";
                    case "header too short" -> Integer.toString(length - 1);
                    default -> Integer.toString(length);
                };
        byte[] body = BinaryBodies.concat(json, new byte[bytes]);
        if (kind.equals("no header")) {
            body = json.getBytes(StandardCharsets.UTF_8);
        }
        byte[] sent = body;
        assertThatThrownBy(() ->
                        RequestReader.read(
                                InferBody.of(BinaryBodies.amid(sent), header),
                                BinaryBodies.SIGNATURE))
                .isInstanceOfSatisfying(
                        Failure.class,
                        failure ->
                                assertThat(failure.category()).isEqualTo(Failure.Category.INVALID))
                .hasMessageContaining(message);
    }

    @Test
    void refusesDataBothWaysAndBytesThatBelongToNothing() {
        String both =
                "{\"inputs\":[{\"name\":\"features\",\"shape\":[1,3],\"datatype\":\"FP32\","
                        + "\"data\":[1,2,3],\"parameters\":{\"binary_data_size\":12}}]}";
        assertThatThrownBy(() -> BinaryBodies.read(both, new byte[12]))
                .hasMessageContaining("either data or the parameter binary_data_size");
        assertThatThrownBy(() -> BinaryBodies.read(request("[1,3]", "[1,2,3]"), new byte[12]))
                .hasMessageContaining("12 bytes follow the JSON object");
    }

    @Test
    void anythingAtAllIsEitherReadOrRefused() {
        Random random = new Random(20);
        byte[] valid =
                BinaryBodies.concat(
                        BinaryBodies.request("[2,3]", 24), BinaryBodies.floats(1, 2, 3, 4, 5, 6));
        byte[] json =
                with(
                                request("[2,3]", "[[1,2,3],[4.5,-5e-1,6]]"),
                                "\"id\":\"\u00fc\",\"parameters\":{\"binary_data_output\":true},"
                                        + "\"outputs\":[{\"name\":\"p_up\",\"parameters\":{\"binary_data\":true}}]")
                        .getBytes(StandardCharsets.UTF_8);
        int read = 0;
        int refused = 0;
        for (int i = 0; i < 60_000; i++) {
            byte[] body =
                    switch (i % 3) {
                        case 0 -> BinaryBodies.noise(random);
                        case 1 -> BinaryBodies.mutated(valid, random);
                        default -> BinaryBodies.mutated(json, random);
                    };
            String header =
                    i % 3 == 1
                            ? Integer.toString(valid.length - 24 + (random.nextInt(5) == 0 ? 1 : 0))
                            : null;
            try {
                RequestReader.read(
                        InferBody.of(BinaryBodies.amid(body), header), BinaryBodies.SIGNATURE);
                read++;
            } catch (Failure failure) {
                assertThat(failure.category()).isEqualTo(Failure.Category.INVALID);
                refused++;
            }
        }
        assertThat(read).isGreaterThan(1_000);
        assertThat(refused).isGreaterThan(20_000);
    }

    private static float[] numbers(InferRequest request) {
        FloatBuffer values = request.tensor().values();
        float[] numbers = new float[values.remaining()];
        values.get(numbers);
        return numbers;
    }

    private static String with(String body, String more) {
        return body.substring(0, body.length() - 1) + "," + more + "}";
    }

    private static void assertRefused(String body, String message) {
        assertThatThrownBy(() -> parse(body))
                .isInstanceOfSatisfying(
                        Failure.class,
                        failure ->
                                assertThat(failure.category()).isEqualTo(Failure.Category.INVALID))
                .hasMessageContaining(message);
    }

    private static String request(String shape, String data) {
        return String.format(
                Locale.ROOT,
                "{\"inputs\":[{\"name\":\"features\",\"shape\":%s,\"datatype\":\"FP32\",\"data\":%s}]}",
                shape,
                data);
    }

    private static InferRequest parse(String body) {
        return RequestReader.read(
                InferBody.of(BinaryBodies.amid(body.getBytes(StandardCharsets.UTF_8)), null),
                BinaryBodies.SIGNATURE);
    }
}
