package io.auspex.shadow;

import io.auspex.shadow.TrialStore.Proposal;
import io.auspex.shadow.TrialStore.Standing;
import java.util.Objects;
import java.util.Optional;

/**
 * Who should be on trial, by what the registry says. A new champion is watched first; a challenger
 * waits for the end of that, because a model has two places.
 *
 * @param watch whether champions are watched at all
 */
record TrialProposals(boolean watch, int watchCloses, int watchLooks) {

    TrialProposals {
        if (watchLooks < 1 || watchCloses < watchLooks) {
            throw new IllegalArgumentException(
                    "auspex.shadow.watch-looks is at least 1, and auspex.shadow.watch-closes at least that");
        }
    }

    Optional<Proposal> propose(Standing standing, String feed) {
        if (standing.frozen()) {
            return Optional.empty();
        }
        Integer previous = standing.previous();
        if (watch && standing.watchable() && previous != null) {
            return Optional.of(
                    new Proposal(
                            standing.model(),
                            ShadowTrial.Kind.WATCH,
                            standing.promotion(),
                            feed,
                            standing.champion(),
                            previous,
                            watchCloses,
                            watchLooks));
        }
        Integer challenger = standing.challenger();
        return challenger == null
                ? Optional.empty()
                : Optional.of(
                        new Proposal(
                                standing.model(),
                                ShadowTrial.Kind.CHALLENGE,
                                null,
                                feed,
                                standing.champion(),
                                challenger,
                                standing.shadowCloses(),
                                1));
    }

    /** Why an open trial makes no sense any more; empty when it does. */
    Optional<String> over(ShadowTrial trial, Standing standing, String feed) {
        if (standing.frozen()) {
            return Optional.of("the model is frozen: it serves as it is");
        }
        if (trial.champion() != standing.champion()) {
            return Optional.of("v" + standing.champion() + " is the champion now");
        }
        if (!trial.feed().equals(feed)) {
            return Optional.of("the feed is " + feed + " now");
        }
        boolean wanted =
                switch (trial.kind()) {
                    case WATCH -> watch && Objects.equals(trial.promotion(), standing.promotion());
                    case CHALLENGE -> Objects.equals(trial.shadow(), standing.challenger());
                };
        return wanted ? Optional.empty() : Optional.of("it is not asked for any more");
    }
}
