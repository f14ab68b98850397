package io.auspex.feedback;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.features.FeatureSchema;
import io.auspex.model.FeatureProfile;
import io.auspex.signals.SignalGuard;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;

/**
 * Makes the guard of a version that does not serve here, or not any more: the same {@link
 * RangeGuard} that its rows meet live. It depends on the row and on the version's report alone, so
 * that whoever looks back hears what was heard live.
 */
@ApplicationScoped
public class RangeGuards {

    private final double margin;
    private final double share;

    @Inject
    RangeGuards(FeedbackConfig config) {
        this(config.rangeMargin(), config.rangeShare());
    }

    /**
     * Without a container.
     *
     * @param margin how far beyond what training saw a feature may be, in spreads
     * @param share of the features that may be farther out
     */
    public RangeGuards(double margin, double share) {
        this.margin = margin;
        this.share = share;
    }

    /** The guard of one version; every row passes when its report has no profile. */
    public SignalGuard of(FeatureSchema schema, JsonNode report) {
        FeatureProfile profile = TrainedFacts.of(report).profile();
        if (profile == null) {
            return (_, _) -> Optional.empty();
        }
        RangeGuard guard = new RangeGuard(schema, profile, margin, share);
        return (_, row) -> guard.check(row);
    }
}
