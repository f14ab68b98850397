package io.auspex.retraining;

import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;

/**
 * Counts refits as they end: {@code auspex_refits_total{model, outcome}}, with the outcomes
 * promoted, rejected, failed and cancelled, and {@code auspex_refit_seconds{model, outcome}} from
 * the first start to the end.
 */
@ApplicationScoped
class RefitMetrics {

    private final MeterRegistry meters;

    @Inject
    RefitMetrics(MeterRegistry meters) {
        this.meters = meters;
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
