package io.auspex.retraining;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Counts refits as they end: {@code auspex_refits_total{model, outcome}}, with the outcomes
 * promoted, rejected, challenger, failed and cancelled, and {@code auspex_refit_seconds{model,
 * outcome}} from the first start to the end; and those of all processes that wait: {@code
 * auspex_refits_waiting}. Every process hears of every refit, so each counts all of them. A count
 * begins with 0 when a refit is announced: of one that begins with 1 nobody can tell that it has
 * grown.
 */
@ApplicationScoped
class RefitMetrics {

    private static final Logger LOG = Logger.getLogger(RefitMetrics.class);

    private static final List<String> OUTCOMES =
            List.of("promoted", "rejected", "challenger", "failed", "cancelled");

    private final MeterRegistry meters;
    private final RefitQueue queue;
    private final AtomicLong waiting = new AtomicLong();

    @Inject
    RefitMetrics(MeterRegistry meters, RefitQueue queue) {
        this.meters = meters;
        this.queue = queue;
        Gauge.builder("auspex.refits.waiting", waiting, AtomicLong::get)
                .description("Refits that wait for a worker, of all processes")
                .register(meters);
    }

    /** Asked, and not heard of: other processes put refits into the same queue. */
    @Scheduled(every = "10s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> count() {
        return queue.waiting()
                .invoke(waiting::set)
                .onFailure()
                .invoke(failure -> LOG.debug("the queue cannot be counted", failure))
                .onFailure()
                .recoverWithNull()
                .replaceWithVoid();
    }

    void count(@Observes RefitProgressed news) {
        Refit refit = news.refit();
        switch (refit.state()) {
            case SUCCEEDED -> ended(refit, Objects.requireNonNullElse(refit.decision(), "none"));
            case FAILED, CANCELLED -> ended(refit, refit.state().name());
            case QUEUED, RUNNING -> OUTCOMES.forEach(outcome -> counter(refit, outcome));
        }
    }

    private void ended(Refit refit, String outcome) {
        counter(refit, outcome).increment();
        if (refit.startedAt() != null && refit.finishedAt() != null) {
            meters.timer("auspex.refit", tags(refit, outcome))
                    .record(Duration.between(refit.startedAt(), refit.finishedAt()));
        }
    }

    private Counter counter(Refit refit, String outcome) {
        return meters.counter("auspex.refits", tags(refit, outcome));
    }

    private static String[] tags(Refit refit, String outcome) {
        return new String[] {"model", refit.model(), "outcome", outcome.toLowerCase(Locale.ROOT)};
    }
}
