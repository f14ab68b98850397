package io.auspex.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.auspex.features.FeatureSchema;
import java.util.List;
import java.util.Optional;

/** What a model speaks of, and with it the heads that it has, no more and no fewer. */
public enum ModelKind {
    /** What a symbol's price will do: {@code p_up}, {@code p_down}, ... */
    MARKET("market"),
    /** What will become of a trade that is entered now: {@code p_profit}, {@code expected_pnl}. */
    TRADE_OUTCOME("trade-outcome");

    private final String code;

    ModelKind(String code) {
        this.code = code;
    }

    @JsonCreator
    public static ModelKind of(String code) {
        for (ModelKind kind : values()) {
            if (kind.code.equals(code)) {
                return kind;
            }
        }
        throw new IllegalArgumentException(
                "unknown kind of model '" + code + "'; use market or trade-outcome");
    }

    @JsonValue
    public String code() {
        return code;
    }

    /** The heads, in the order of the columns of every matrix of such a model. */
    public List<Head> heads() {
        return switch (this) {
            case MARKET -> Head.MARKET;
            case TRADE_OUTCOME -> Head.TRADE_OUTCOME;
        };
    }

    /** The one head that is a real number. */
    public Head valueHead() {
        return switch (this) {
            case MARKET -> Head.EXPECTED_RETURN;
            case TRADE_OUTCOME -> Head.EXPECTED_PNL;
        };
    }

    /** The probability heads that the evidence is about. */
    public List<Head> judgedHeads() {
        return switch (this) {
            case MARKET -> List.of(Head.P_UP, Head.P_DOWN);
            case TRADE_OUTCOME -> List.of(Head.P_PROFIT);
        };
    }

    /**
     * The features that every model of the kind has, checked when one is loaded; empty when each
     * declares its own.
     */
    public Optional<FeatureSchema> expectedFeatures() {
        return switch (this) {
            case MARKET -> Optional.empty();
            case TRADE_OUTCOME -> Optional.of(TradeEntry.SCHEMA);
        };
    }
}
