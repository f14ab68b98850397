package io.auspex.shadow;

import io.auspex.features.Readiness;
import io.auspex.model.ModelKind;
import io.auspex.serving.Lease;
import io.auspex.serving.LiveFeatures;
import io.auspex.serving.LiveVector;
import io.auspex.serving.ModelServer;
import io.auspex.signals.Signal;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Asks the version in the shadow about the vectors of a close that has just had its signals. On the
 * feed's thread: never blocks, microseconds a symbol.
 */
@ApplicationScoped
class PairScorer {

    private static final Logger LOG = Logger.getLogger(PairScorer.class);

    private final ModelServer server;
    private final LiveFeatures features;

    PairScorer(ModelServer server, LiveFeatures features) {
        this.server = server;
        this.features = features;
    }

    /**
     * @param signals of one model and one close
     * @return none for a symbol about which one of the two has no answer
     */
    List<ShadowPair> pairs(ShadowTrial trial, List<Signal> signals) {
        Optional<Lease> shadow = server.acquireShadow(trial.model());
        if (shadow.isEmpty()) {
            return List.of();
        }
        try (Lease lease = shadow.get()) {
            if (lease.model().version() != trial.shadow()) {
                return List.of();
            }
            List<ShadowPair> pairs = new ArrayList<>(signals.size());
            for (Signal signal : signals) {
                pair(trial, lease, signal).ifPresent(pairs::add);
            }
            return pairs;
        } catch (RuntimeException failure) {
            LOG.warnf(failure, "%s v%d failed in the shadow", trial.model(), trial.shadow());
            return List.of();
        }
    }

    private Optional<ShadowPair> pair(ShadowTrial trial, Lease shadow, Signal signal) {
        if (signal.version() != trial.champion()
                || !signal.feed().equals(trial.feed())
                || signal.heads().size() != ModelKind.MARKET.heads().size()) {
            return Optional.empty();
        }
        long closeTimeMillis = signal.closeTime().toEpochMilli();
        return features.vector(shadow.model().schema().hash(), signal.symbol())
                .filter(vector -> vector.closeTimeMillis() == closeTimeMillis)
                .filter(vector -> vector.readiness() instanceof Readiness.Ready)
                .map(LiveVector::values)
                .map(values -> shadow.model().predict(values.toArray()).heads())
                .filter(heads -> heads.size() == ModelKind.MARKET.heads().size())
                .map(heads ->
                        new ShadowPair(signal.symbol(), closeTimeMillis, signal.heads(), heads));
    }
}
