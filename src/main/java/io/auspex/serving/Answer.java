package io.auspex.serving;

import org.jspecify.annotations.Nullable;

/** What comes of asking a model. That it cannot say anything is an answer, not an error. */
public sealed interface Answer {

    /**
     * It says something.
     *
     * @param vector the live vector it was asked about; null when the caller brought the features
     */
    record Predicted(Prediction prediction, @Nullable LiveVector vector) implements Answer {}

    /** No version of it was ever promoted, none could be loaded, or there is no such model. */
    record NoModel(String model) implements Answer {}

    /**
     * The features of the symbol are not complete yet.
     *
     * @param reason one sentence
     */
    record NotReady(String reason) implements Answer {}

    /**
     * The model speaks for another market.
     *
     * @param reason one sentence: its market, and what was asked for
     */
    record WrongMarket(String reason) implements Answer {}
}
