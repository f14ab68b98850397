package io.auspex.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;

/**
 * An output of a model, by the name it has in the ONNX graph, in JSON and in the targets. No model
 * has all of them: ask its {@link ModelKind} for its heads.
 */
public enum Head {
    /** Probability that the close rises by more than the threshold within the horizon. */
    P_UP("p_up", true),
    /** Probability that the close falls by more than the threshold within the horizon. */
    P_DOWN("p_down", true),
    /** Expected simple return of the close over the horizon. */
    EXPECTED_RETURN("expected_return", false),
    /** Probability that the close falls by more than the stop within the horizon. */
    P_STOP("p_stop", true),
    /** Probability that a trade entered now ends with a profit. */
    P_PROFIT("p_profit", ModelKind.TRADE_OUTCOME, 0, true),
    /** Expected profit or loss of a trade entered now, as a fraction of its position. */
    EXPECTED_PNL("expected_pnl", ModelKind.TRADE_OUTCOME, 1, false);

    static final List<Head> MARKET = List.of(P_UP, P_DOWN, EXPECTED_RETURN, P_STOP);
    static final List<Head> TRADE_OUTCOME = List.of(P_PROFIT, EXPECTED_PNL);

    private final String code;
    private final ModelKind kind;
    private final int column;
    private final boolean probability;

    Head(String code, boolean probability) {
        this.code = code;
        this.kind = ModelKind.MARKET;
        this.column = ordinal();
        this.probability = probability;
    }

    Head(String code, ModelKind kind, int column, boolean probability) {
        this.code = code;
        this.kind = kind;
        this.column = column;
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
                "unknown head '"
                        + code
                        + "'; use p_up, p_down, expected_return, p_stop, p_profit or expected_pnl");
    }

    @JsonValue
    public String code() {
        return code;
    }

    /** The only kind of model that has it. */
    public ModelKind kind() {
        return kind;
    }

    /** Its column in the matrices of its kind, from 0. */
    public int column() {
        return column;
    }

    /** Whether the head is a probability in [0, 1]; the other kind is a real number. */
    public boolean isProbability() {
        return probability;
    }
}
