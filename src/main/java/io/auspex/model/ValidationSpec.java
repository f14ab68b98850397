package io.auspex.model;

/**
 * Walk-forward validation: the rows are cut in time; fold k trains on everything before its test
 * span, less the labels that overlap it (purge) and less an embargo.
 *
 * @param folds number of test spans, 2 to 50
 * @param firstTrainShare share of the period that is only ever trained on, in (0, 1)
 * @param embargoCandles candles left out between training and test besides the purged horizon
 */
public record ValidationSpec(int folds, double firstTrainShare, int embargoCandles) {

    public ValidationSpec {
        if (folds < 2 || folds > 50) {
            throw new IllegalArgumentException("folds must be 2 to 50: " + folds);
        }
        if (!(firstTrainShare > 0 && firstTrainShare < 1)) {
            throw new IllegalArgumentException(
                    "first_train_share must be in (0, 1): " + firstTrainShare);
        }
        if (embargoCandles < 0) {
            throw new IllegalArgumentException(
                    "embargo_candles must not be negative: " + embargoCandles);
        }
    }

    public static ValidationSpec standard() {
        return new ValidationSpec(5, 0.4, 24);
    }
}
