package io.auspex.training;

import com.microsoft.ml.lightgbm.SWIGTYPE_p_double;
import com.microsoft.ml.lightgbm.SWIGTYPE_p_int;
import com.microsoft.ml.lightgbm.SWIGTYPE_p_long_long;
import com.microsoft.ml.lightgbm.SWIGTYPE_p_p_void;
import com.microsoft.ml.lightgbm.SWIGTYPE_p_void;
import com.microsoft.ml.lightgbm.lightgbmlib;
import com.microsoft.ml.lightgbm.lightgbmlibConstants;
import org.jspecify.annotations.Nullable;

/** Trees that grow on a dataset; what has grown can be used after it is closed. Not thread-safe. */
final class LightGbmBooster implements AutoCloseable {

    private static final int ROW_MAJOR = 1;
    private static final int FROM_FIRST_TREE = 0;
    private static final int ALL_TREES = -1;

    private @Nullable SWIGTYPE_p_void handle;

    LightGbmBooster(LightGbmDataset dataset, String parameters) {
        SWIGTYPE_p_p_void out = lightgbmlib.new_voidpp();
        try {
            LightGbmLibrary.check(
                    lightgbmlib.LGBM_BoosterCreate(dataset.handle(), parameters, out));
            handle = lightgbmlib.voidpp_value(out);
        } finally {
            lightgbmlib.delete_voidpp(out);
        }
    }

    private LightGbmBooster(SWIGTYPE_p_void handle) {
        this.handle = handle;
    }

    /** Trees that were written before; they do not grow. */
    static LightGbmBooster of(String text) {
        SWIGTYPE_p_int iterations = lightgbmlib.new_intp();
        SWIGTYPE_p_p_void out = lightgbmlib.new_voidpp();
        try {
            LightGbmLibrary.check(
                    lightgbmlib.LGBM_BoosterLoadModelFromString(text, iterations, out));
            return new LightGbmBooster(lightgbmlib.voidpp_value(out));
        } finally {
            lightgbmlib.delete_voidpp(out);
            lightgbmlib.delete_intp(iterations);
        }
    }

    /** Takes over a copy of the trees of another, before its own. */
    void takeOver(LightGbmBooster earlier) {
        LightGbmLibrary.check(lightgbmlib.LGBM_BoosterMerge(handle(), earlier.handle()));
    }

    /** Number of trees. */
    int trees() {
        SWIGTYPE_p_int count = lightgbmlib.new_intp();
        try {
            LightGbmLibrary.check(lightgbmlib.LGBM_BoosterNumberOfTotalModel(handle(), count));
            return lightgbmlib.intp_value(count);
        } finally {
            lightgbmlib.delete_intp(count);
        }
    }

    /**
     * Gives the leaves new values from the rows of its dataset, which fall where they fall.
     *
     * @param rows those of the dataset, in its order
     */
    void renewLeaves(NativeRows rows) {
        double[] leaves = predict(rows, lightgbmlibConstants.C_API_PREDICT_LEAF_INDEX, trees());
        SWIGTYPE_p_int copy = lightgbmlib.new_intArray(Math.max(1, leaves.length));
        try {
            for (int i = 0; i < leaves.length; i++) {
                lightgbmlib.intArray_setitem(copy, i, (int) leaves[i]);
            }
            LightGbmLibrary.check(
                    lightgbmlib.LGBM_BoosterRefit(handle(), copy, rows.rows(), trees()));
        } finally {
            lightgbmlib.delete_intArray(copy);
        }
    }

    /** Grows one tree; false when no split gains anything any more. */
    boolean grow() {
        SWIGTYPE_p_int finished = lightgbmlib.new_intp();
        try {
            LightGbmLibrary.check(lightgbmlib.LGBM_BoosterUpdateOneIter(handle(), finished));
            return lightgbmlib.intp_value(finished) == 0;
        } finally {
            lightgbmlib.delete_intp(finished);
        }
    }

    /** Sums of leaves, one a row: log-odds of a binary objective, else the value itself. */
    double[] rawScores(NativeRows rows) {
        return predict(rows, lightgbmlibConstants.C_API_PREDICT_RAW_SCORE, 1);
    }

    private double[] predict(NativeRows rows, int what, int answersPerRow) {
        double[] scores = new double[rows.rows() * answersPerRow];
        if (scores.length == 0) {
            return scores;
        }
        SWIGTYPE_p_long_long length = lightgbmlib.new_int64_tp();
        SWIGTYPE_p_double out = lightgbmlib.new_doubleArray(scores.length);
        try {
            LightGbmLibrary.check(
                    lightgbmlib.LGBM_BoosterPredictForMat(
                            handle(),
                            rows.address(),
                            lightgbmlibConstants.C_API_DTYPE_FLOAT32,
                            rows.rows(),
                            rows.columns(),
                            ROW_MAJOR,
                            what,
                            FROM_FIRST_TREE,
                            ALL_TREES,
                            LightGbmParameters.QUIET,
                            length,
                            out));
            for (int i = 0; i < scores.length; i++) {
                scores[i] = lightgbmlib.doubleArray_getitem(out, i);
            }
            return scores;
        } finally {
            lightgbmlib.delete_doubleArray(out);
            lightgbmlib.delete_int64_tp(length);
        }
    }

    /** LightGBM's own text form of the model. */
    String text() {
        SWIGTYPE_p_long_long length = lightgbmlib.new_int64_tp();
        try {
            return lightgbmlib.LGBM_BoosterSaveModelToStringSWIG(
                    handle(),
                    FROM_FIRST_TREE,
                    ALL_TREES,
                    lightgbmlibConstants.C_API_FEATURE_IMPORTANCE_GAIN,
                    1 << 20,
                    length);
        } finally {
            lightgbmlib.delete_int64_tp(length);
        }
    }

    private SWIGTYPE_p_void handle() {
        SWIGTYPE_p_void open = handle;
        if (open == null) {
            throw new IllegalStateException("this booster is closed");
        }
        return open;
    }

    @Override
    public void close() {
        if (handle != null) {
            LightGbmLibrary.check(lightgbmlib.LGBM_BoosterFree(handle));
            handle = null;
        }
    }
}
