package io.auspex.bench;

import io.auspex.features.FeatureSchema;
import io.auspex.model.ModelKind;

/**
 * The model of {@code ./auspex bench serving} and rows for it, for benchmarks of other packages.
 */
public final class BenchedRows implements AutoCloseable {

    private static final long SEED = 60;

    private final byte[] onnx;
    private final FeatureSchema schema;
    private final BareSession bare;
    private final float[][] rows;

    private BenchedRows(BenchedModel model, int count) {
        this.onnx = model.trained().onnx();
        this.schema = model.schema();
        this.bare = BareSession.open(onnx);
        this.rows = new float[count][schema.size()];
        for (int i = 0; i < count; i++) {
            model.rows().row(i, rows[i], 0);
        }
    }

    /** Trains it, in seconds. */
    public static BenchedRows make(int rows) {
        return new BenchedRows(BenchedModel.train(SEED), rows);
    }

    public byte[] onnx() {
        return onnx;
    }

    public FeatureSchema schema() {
        return schema;
    }

    public int features() {
        return schema.size();
    }

    public int heads() {
        return ModelKind.MARKET.heads().size();
    }

    public float[] row(int number) {
        return rows[number];
    }

    /** The sum of the heads of a row, from ONNX Runtime alone. One thread. */
    public float bare(int number) {
        bare.input().put(0, rows[number]);
        bare.run();
        return bare.answer(0) + bare.answer(1) + bare.answer(2) + bare.answer(3);
    }

    @Override
    public void close() {
        bare.close();
    }
}
