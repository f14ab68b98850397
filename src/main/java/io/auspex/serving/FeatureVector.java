package io.auspex.serving;

import java.util.Arrays;

/** The float32 features of one symbol at one close, in the order of their schema. Immutable. */
public final class FeatureVector {

    private final float[] values;

    private FeatureVector(float[] values) {
        this.values = values;
    }

    /** Takes over the array: the caller must not keep it. */
    static FeatureVector owning(float[] values) {
        return new FeatureVector(values);
    }

    /** A copy of the values. */
    public static FeatureVector of(float... values) {
        return new FeatureVector(values.clone());
    }

    /** F. */
    public int size() {
        return values.length;
    }

    /** NaN where a feature has no value. */
    public float get(int index) {
        return values[index];
    }

    public float[] toArray() {
        return values.clone();
    }

    /** Scores the vector without copying it. */
    public Prediction predictedBy(ServingModel model) {
        return model.predict(values);
    }

    /** Not a copy, and not to be changed. */
    float[] values() {
        return values;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FeatureVector vector && Arrays.equals(values, vector.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return Arrays.toString(values);
    }
}
