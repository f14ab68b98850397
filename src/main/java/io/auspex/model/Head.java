package io.auspex.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** An output of a model, by the name it has in the ONNX graph, in JSON and in the targets. */
public enum Head {
    /** Probability that the close rises by more than the threshold within the horizon. */
    P_UP("p_up", true),
    /** Probability that the close falls by more than the threshold within the horizon. */
    P_DOWN("p_down", true),
    /** Expected simple return of the close over the horizon. */
    EXPECTED_RETURN("expected_return", false),
    /** Probability that the close falls by more than the stop within the horizon. */
    P_STOP("p_stop", true);

    private final String code;
    private final boolean probability;

    Head(String code, boolean probability) {
        this.code = code;
        this.probability = probability;
    }

    @JsonCreator
    public static Head of(String code) {
        for (Head head : values()) {
            if (head.code.equals(code)) {
                return head;
            }
        }
        throw new IllegalArgumentException(
                "unknown head '" + code + "'; use p_up, p_down, expected_return or p_stop");
    }

    @JsonValue
    public String code() {
        return code;
    }

    /** Whether the head is a probability in [0, 1]; the other kind is a real number. */
    public boolean isProbability() {
        return probability;
    }
}
