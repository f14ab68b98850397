package io.auspex.feedback;

import java.util.Optional;

/** Knows how champions do. Does not block: figures are those of the last close. Thread-safe. */
public interface LiveFiguresSource {

    /** Empty for a model that is unknown or has no champion. */
    Optional<LiveFigures> figures(String model);
}
