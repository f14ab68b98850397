package io.auspex.model;

/**
 * How sure the gate wants to be. Against the base rates it wants {@link #significance}, which is
 * what bounds the chance that a model without skill is promoted; that a champion is beaten it
 * believes at {@link #OVER_CHAMPION}, as all that is at stake there is which of two proven models
 * serves.
 *
 * @param significance the chance of a false positive that one test may have, in (0, 0.5)
 * @param minTestRows rows that the walk-forward test spans must hold together
 */
public record GateSpec(double significance, int minTestRows) {

    /** The chance that a candidate as good as a proven champion replaces it. */
    public static final double OVER_CHAMPION = 0.05;

    public GateSpec {
        if (!(significance > 0 && significance < 0.5)) {
            throw new IllegalArgumentException("significance must be in (0, 0.5): " + significance);
        }
        if (minTestRows < 1) {
            throw new IllegalArgumentException("min_test_rows must be positive: " + minTestRows);
        }
    }

    /** The level of the test against a proven champion, never below {@link #significance}. */
    public double overChampion() {
        return Math.max(significance, OVER_CHAMPION);
    }

    public static GateSpec standard() {
        return new GateSpec(0.01, 1_000);
    }
}
