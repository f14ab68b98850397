package io.auspex.retraining;

import io.auspex.model.Evidence;
import io.auspex.model.ModelSpec;
import io.auspex.model.TrainingReport;

/**
 * Everything the gate looks at, gathered beforehand by {@link GateInspection}.
 *
 * @param schema whether the candidate's features can be computed live
 * @param selfTest whether the candidate answers the report's probe as its trainer did
 * @param parity whether its graph gives the trainer's own predictions
 * @param sinceChange its window was cut to the closes since the market has changed
 */
record GateCase(
        ModelSpec spec,
        TrainingReport report,
        Check schema,
        Check selfTest,
        Check parity,
        Champion champion,
        boolean sinceChange) {

    /** A condition that a figure cannot express. */
    sealed interface Check {

        /** It holds. */
        record Passed() implements Check {}

        /**
         * It does not hold.
         *
         * @param reason one clause
         */
        record Broken(String reason) implements Check {}
    }

    /** What the candidate has to beat besides the base rate. */
    sealed interface Champion {

        /** Nothing serves yet. */
        record None() implements Champion {}

        /** What serves was promoted without evidence; it is no bar. */
        record Unproven(int version) implements Champion {}

        /**
         * There is not enough that the champion has not been trained on.
         *
         * @param rows unseen so far
         * @param needed about how many it takes
         */
        record TooFewRows(int version, long rows, long needed) implements Champion {}

        /** The champion could not be scored on the candidate's rows. */
        record Unscored(int version, String reason) implements Champion {}

        /**
         * Both were scored on rows that neither had seen.
         *
         * @param against the tests with the champion's losses as the reference
         */
        record Compared(int version, Evidence against) implements Champion {}
    }
}
