package io.auspex.language;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpinionTest {

    @Test
    void theDemandedFormIsTaken() {
        assertThat(
                        Opinion.parse(
                                "{\"reason\": \" calm \", \"probability_up\": 0.25, \"probability_down\": 0}"))
                .isEqualTo(new Opinion(0.25, 0, "calm"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "0.5",
                "rise",
                "{}",
                "{\"probability_up\":0.5,\"probability_down\":0.2}",
                "{\"probability_up\":0.5,\"probability_down\":0.2,\"reason\":\"a\",\"action\":\"BUY\"}",
                "{\"probability_up\":0.5,\"probability_up\":0.1,\"probability_down\":0.2,\"reason\":\"a\"}",
                "{\"probability_up\":\"0.5\",\"probability_down\":0.2,\"reason\":\"a\"}",
                "{\"probability_up\":0.9,\"probability_down\":0.2,\"reason\":\"a\"}",
                "{\"probability_up\":-0.1,\"probability_down\":0.2,\"reason\":\"a\"}",
                "{\"probability_up\":1e999,\"probability_down\":0,\"reason\":\"a\"}",
                "{\"probability_up\":NaN,\"probability_down\":0,\"reason\":\"a\"}",
                "{\"probability_up\":0.5,\"probability_down\":0.2,\"reason\":\"\"}",
                "{\"probability_up\":0.5,\"probability_down\":0.2,\"reason\":\"a\\nb\"}",
                "{\"probability_up\":0.5,\"probability_down\":0.2,\"reason\":\"a\\u202eb\"}",
                "{\"probability_up\":0.5,\"probability_down\":0.2,\"reason\":\"a\"} and so on",
                "```json\n{\"probability_up\":0.5,\"probability_down\":0.2,\"reason\":\"a\"}\n```"
            })
    void everythingElseIsRefused(String answer) {
        assertThatThrownBy(() -> Opinion.parse(answer))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aReasonHasTwoHundredCharacters() {
        assertThat(new Opinion(0, 0, "x".repeat(200)).reason()).hasSize(200);
        assertThatThrownBy(() -> new Opinion(0, 0, "x".repeat(201)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
