package io.auspex.ensemble;

import io.auspex.platform.Await;
import io.auspex.platform.DatabaseNews;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The weights in force, in memory: read at the start, and again when any process says that they
 * have changed ({@code LISTEN}) and every {@code auspex.ensemble.poll}, because news that is sent
 * while the connection is down is lost. Reading them here never blocks.
 */
@ApplicationScoped
class WeightsInForce {

    private static final Logger LOG = Logger.getLogger(WeightsInForce.class);

    /** Before a feed can ask for them. */
    private static final int START_PRIORITY = 150;

    private final WeightStore store;
    private final Vertx vertx;
    private final EnsembleConfig config;
    private final DatabaseNews news;
    private final AtomicReference<@Nullable Weights> current = new AtomicReference<>();
    private volatile @Nullable Long timer;

    WeightsInForce(WeightStore store, Vertx vertx, EnsembleConfig config, DatabaseNews news) {
        this.store = store;
        this.vertx = vertx;
        this.config = config;
        this.news = news;
    }

    void start(@Observes @Priority(START_PRIORITY) StartupEvent started) {
        look();
        news.listen(WeightStore.CHANNEL, _ -> inBackground());
        timer = vertx.setPeriodic(config.poll().toMillis(), _ -> inBackground());
    }

    void stop(@Observes ShutdownEvent ending) {
        Long periodic = timer;
        if (periodic != null) {
            vertx.cancelTimer(periodic);
        }
    }

    /** Empty while the database has never answered. */
    Optional<Weights> get() {
        return Optional.ofNullable(current.get());
    }

    /** What this process knows to have changed. Older ones than those in memory change nothing. */
    void are(Weights weights) {
        current.updateAndGet(before ->
                before == null || before.revision() < weights.revision() ? weights : before);
    }

    private void inBackground() {
        Thread.ofVirtual().name("weights").start(this::look);
    }

    private void look() {
        try {
            are(Await.item(store::weights));
        } catch (RuntimeException away) {
            LOG.debugf("the weights could not be read: %s", away.getMessage());
        }
    }
}
