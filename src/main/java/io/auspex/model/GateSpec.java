package io.auspex.model;

/**
 * How sure the gate wants to be.
 *
 * @param significance the chance of a false positive that one test may have, in (0, 0.5)
 * @param minTestRows rows that the walk-forward test spans must hold together
 */
public record GateSpec(double significance, int minTestRows) {

    public GateSpec {
        if (!(significance > 0 && significance < 0.5)) {
            throw new IllegalArgumentException("significance must be in (0, 0.5): " + significance);
        }
        if (minTestRows < 1) {
            throw new IllegalArgumentException("min_test_rows must be positive: " + minTestRows);
        }
    }

    public static GateSpec standard() {
        return new GateSpec(0.01, 1_000);
    }
}
