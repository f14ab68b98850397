package io.auspex.retraining;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Counts refits as they end: {@code auspex_refits_total{model, outcome}}, with the outcomes
 * promoted, rejected, failed and cancelled, and {@code auspex_refit_seconds{model, outcome}} from
 * the first start to the end; and those of all processes that wait: {@code auspex_refits_waiting}.
 */
@ApplicationScoped
class RefitMetrics {

    private static final Logger LOG = Logger.getLogger(RefitMetrics.class);

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
            case QUEUED, RUNNING -> {
                // Not yet.
            }
        }
    }

    private void ended(Refit refit, String outcome) {
        String[] tags = {"model", refit.model(), "outcome", outcome.toLowerCase(Locale.ROOT)};
        meters.counter("auspex.refits", tags).increment();
        if (refit.startedAt() != null && refit.finishedAt() != null) {
            meters.timer("auspex.refit", tags)
                    .record(Duration.between(refit.startedAt(), refit.finishedAt()));
        }
    }
}
