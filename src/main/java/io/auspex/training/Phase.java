package io.auspex.training;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The steps of a training run, in order. */
public enum Phase {
    DATASET,
    LOAD,
    FOLDS,
    FIT,
    EXPORT,
    VERIFY,
    DONE;

    /** The name in progress lines and reports. */
    @JsonValue
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
