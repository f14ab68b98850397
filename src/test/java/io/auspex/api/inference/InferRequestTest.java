package io.auspex.api.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.platform.Failure;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InferRequestTest {

    @Test
    void readsFlatAndNestedDataAlike() {
        InferRequest flat = parse(request("[2,3]", "[1,2,3,4.5,-5e-1,6]"));
        InferRequest nested = parse(request("[2,3]", "[[1,2,3],[4.5,-5e-1,6]]"));
        assertThat(flat.tensor().values()).containsExactly(1, 2, 3, 4.5f, -0.5f, 6);
        assertThat(nested.tensor().values()).isEqualTo(flat.tensor().values());
        assertThat(nested.rows()).isEqualTo(2);
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
        assertThat(request.outputs()).containsExactly("p_down");
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
        assertThat(request.tensor().values()).isEqualTo(row);
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
                "{\"inputs\":[{\"name\":\"features\",\"shape\":[1,3],\"data\":[1,2,3]}]}|is FP32, not null",
                "{\"inputs\":[{\"name\":\"features\",\"shape\":[1,3],\"datatype\":\"FP32\"}]}|needs a shape and data",
                "{\"inputs\":[{\"name\":\"features\",\"datatype\":\"FP32\",\"data\":[1,2,3]}]}|needs a shape and data",
                "{\"inputs\":[{\"nmae\":\"features\"}]}|unknown field 'nmae' of an input",
                "{\"inputs\":[{\"name\":\"features\"},{\"name\":\"more\"}]}|the model has one input",
                "{\"id\":7}|id must be a string",
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
        return InferRequest.parse(body.getBytes(StandardCharsets.UTF_8), 3, 100);
    }
}
