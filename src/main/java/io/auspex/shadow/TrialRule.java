package io.auspex.shadow;

import io.auspex.model.Evidence;
import io.auspex.model.LossTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Says whether one version is worse than another that answered the same closes. It is when its log
 * loss of moves or that of direction is greater by more than chance; each of the two tests gets
 * half of what one look may err, and each look an equal part of what all may err together. So the
 * chance that a version no worse is called worse, at whichever look, is at most the error rate,
 * however the tests and the looks depend on each other (Bonferroni).
 *
 * @param errorRate over all looks, in (0, 0.5)
 * @param looks at least 1
 */
record TrialRule(double errorRate, int looks) {

    TrialRule {
        if (!(errorRate > 0 && errorRate < 0.5) || looks < 1) {
            throw new IllegalArgumentException(
                    "an error rate in (0, 0.5) and at least one look: %s, %d"
                            .formatted(errorRate, looks));
        }
    }

    /** The chance of an error that one test may have. */
    double level() {
        return errorRate / looks / 2;
    }

    /**
     * In which respects it is worse; empty when it is not, or when too little is known.
     *
     * @param evidence of the version in question against the other
     */
    Optional<String> worse(Evidence evidence) {
        List<String> worse = new ArrayList<>();
        if (isWorse(evidence.move())) {
            worse.add("moves");
        }
        if (isWorse(evidence.direction())) {
            worse.add("direction");
        }
        return worse.isEmpty()
                ? Optional.empty()
                : Optional.of("worse in " + String.join(" and ", worse));
    }

    /** The figures of both tests. */
    String figures(Evidence evidence) {
        return "moves %s; direction %s; %s a test to be called worse"
                .formatted(
                        figures(evidence.move()),
                        figures(evidence.direction()),
                        decimals("%.3g", level()));
    }

    private boolean isWorse(@Nullable LossTest test) {
        return switch (test) {
            case LossTest.Tested tested -> 1 - tested.pValue() < level();
            case LossTest.Untestable _ -> false;
            case null -> false;
        };
    }

    private static String figures(@Nullable LossTest test) {
        return switch (test) {
            case null -> "not asked for";
            case LossTest.Tested tested ->
                    "%s nats a row over %d rows in %d blocks, p=%s"
                            .formatted(
                                    decimals("%+.4f", -tested.meanGain()),
                                    tested.rows(),
                                    tested.blocks(),
                                    decimals("%.2g", 1 - tested.pValue()));
            case LossTest.Untestable untestable -> untestable.reason();
        };
    }

    private static String decimals(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
