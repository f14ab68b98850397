package io.auspex.training;

import com.microsoft.ml.lightgbm.SWIGTYPE_p_double;
import com.microsoft.ml.lightgbm.SWIGTYPE_p_float;
import com.microsoft.ml.lightgbm.SWIGTYPE_p_p_void;
import com.microsoft.ml.lightgbm.SWIGTYPE_p_void;
import com.microsoft.ml.lightgbm.lightgbmlib;
import com.microsoft.ml.lightgbm.lightgbmlibConstants;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Binned training rows. Binning costs more than the trees of a head, so one dataset serves all
 * heads: only the labels are exchanged. Not thread-safe.
 */
final class LightGbmDataset implements AutoCloseable {

    private static final int ROW_MAJOR = 1;

    private final int rows;
    private final int columns;
    private @Nullable SWIGTYPE_p_void handle;

    /**
     * @param rows may be closed afterwards: LightGBM keeps only the bins
     * @param parameters those that concern binning, as {@code key=value key=value}
     */
    LightGbmDataset(NativeRows rows, String parameters) {
        this.rows = rows.rows();
        this.columns = rows.columns();
        SWIGTYPE_p_p_void out = lightgbmlib.new_voidpp();
        try {
            LightGbmLibrary.check(
                    lightgbmlib.LGBM_DatasetCreateFromMat(
                            rows.address(),
                            lightgbmlibConstants.C_API_DTYPE_FLOAT32,
                            rows.rows(),
                            rows.columns(),
                            ROW_MAJOR,
                            parameters,
                            null,
                            out));
            handle = lightgbmlib.voidpp_value(out);
        } finally {
            lightgbmlib.delete_voidpp(out);
        }
    }

    int columns() {
        return columns;
    }

    int rows() {
        return rows;
    }

    /**
     * Names the columns in the model text; the names must be without blanks and {@code ",:[]{}}.
     */
    void name(List<String> names) {
        if (names.size() != columns) {
            throw new IllegalArgumentException(names.size() + " names for " + columns + " columns");
        }
        LightGbmLibrary.check(
                lightgbmlib.LGBM_DatasetSetFeatureNames(
                        handle(), names.toArray(String[]::new), names.size()));
    }

    /** Replaces the labels; boosters made before must not be trained further. */
    void label(float[] labels) {
        if (labels.length != rows) {
            throw new IllegalArgumentException(labels.length + " labels for " + rows + " rows");
        }
        SWIGTYPE_p_float copy = lightgbmlib.new_floatArray(rows);
        try {
            for (int i = 0; i < rows; i++) {
                lightgbmlib.floatArray_setitem(copy, i, labels[i]);
            }
            LightGbmLibrary.check(
                    lightgbmlib.LGBM_DatasetSetField(
                            handle(),
                            "label",
                            lightgbmlib.float_to_voidp_ptr(copy),
                            rows,
                            lightgbmlibConstants.C_API_DTYPE_FLOAT32));
        } finally {
            lightgbmlib.delete_floatArray(copy);
        }
    }

    /** Where the next booster begins: the raw scores of earlier trees, one a row. */
    void begin(double[] scores) {
        if (scores.length != rows) {
            throw new IllegalArgumentException(scores.length + " scores for " + rows + " rows");
        }
        SWIGTYPE_p_double copy = lightgbmlib.new_doubleArray(Math.max(1, rows));
        try {
            for (int i = 0; i < rows; i++) {
                lightgbmlib.doubleArray_setitem(copy, i, scores[i]);
            }
            LightGbmLibrary.check(
                    lightgbmlib.LGBM_DatasetSetField(
                            handle(),
                            "init_score",
                            lightgbmlib.double_to_voidp_ptr(copy),
                            rows,
                            lightgbmlibConstants.C_API_DTYPE_FLOAT64));
        } finally {
            lightgbmlib.delete_doubleArray(copy);
        }
    }

    /** The next booster begins with nothing again. */
    void beginAnew() {
        LightGbmLibrary.check(
                lightgbmlib.LGBM_DatasetSetField(
                        handle(), "init_score", null, 0, lightgbmlibConstants.C_API_DTYPE_FLOAT64));
    }

    SWIGTYPE_p_void handle() {
        SWIGTYPE_p_void open = handle;
        if (open == null) {
            throw new IllegalStateException("this dataset is closed");
        }
        return open;
    }

    @Override
    public void close() {
        if (handle != null) {
            LightGbmLibrary.check(lightgbmlib.LGBM_DatasetFree(handle));
            handle = null;
        }
    }
}
