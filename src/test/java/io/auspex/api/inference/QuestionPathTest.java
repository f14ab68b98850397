package io.auspex.api.inference;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuestionPathTest {

    private final QuestionPath path = QuestionPath.of("/v2/models/{model}/infer");

    @Test
    void readsAPlainName() {
        assertThat(path.model("/v2/models/simulated-5m/infer")).isEqualTo("simulated-5m");
        assertThat(path.model("/v2/models/a/infer")).isEqualTo("a");
        assertThat(path.prefix()).isEqualTo("/v2/models/*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v2/models//infer",
                "/v2/models/infer",
                "/v2/models/a%20b/infer",
                "/v2/models/a/versions/1/infer",
                "/v2/models/a/infer/",
                "/v2/models/a;b=c/infer",
                "/v2/models/a/ready",
                "/v1/models/a/infer",
                "/"
            })
    void leavesEveryOtherPathToTheTemplate(String other) {
        assertThat(path.model(other)).isNull();
    }
}
