package io.auspex.feedback;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/**
 * What the live side tells Prometheus, per model: the newest outcomes of its champion and the
 * feature that moved most. NaN while it is not known.
 */
@ApplicationScoped
class FeedbackMetrics {

    private final LiveFeedback live;
    private final MeterRegistry registry;
    private final Set<String> registered = ConcurrentHashMap.newKeySet();

    FeedbackMetrics(LiveFeedback live, MeterRegistry registry) {
        this.live = live;
        this.registry = registry;
    }

    /** Registers a model's gauges, once; only registered models. */
    void register(String model) {
        if (!registered.add(model)) {
            return;
        }
        recent(model, "accuracy", "Share of outcomes that were likeliest", OutcomeWindow::accuracy);
        recent(
                model,
                "base.accuracy",
                "The same for the base rates of training",
                OutcomeWindow::baseAccuracy);
        recent(
                model,
                "log.loss",
                "Log loss of up and down together, in nats",
                OutcomeWindow::logLoss);
        recent(
                model,
                "base.log.loss",
                "The same for the base rates of training",
                OutcomeWindow::baseLogLoss);
        recent(
                model,
                "coverage",
                "Share of returns in the 80 % interval",
                window -> {
                    Double coverage = window.coverage();
                    return coverage == null ? Double.NaN : coverage;
                });
        gauge(
                model,
                "psi.max",
                "Population stability index of the feature that moved most",
                f -> f.drift().isEmpty() ? Double.NaN : f.drift().getFirst().psi());
    }

    private void recent(
            String model, String name, String description, ToDoubleFunction<OutcomeWindow> value) {
        gauge(
                model,
                name,
                description,
                figures ->
                        Optional.ofNullable(figures.recent())
                                .map(window -> value.applyAsDouble(window))
                                .orElse(Double.NaN));
    }

    private void gauge(
            String model, String name, String description, ToDoubleFunction<LiveFigures> value) {
        Gauge.builder(
                        "auspex.live." + name,
                        live,
                        source ->
                                source.figures(model)
                                        .map(figures -> value.applyAsDouble(figures))
                                        .orElse(Double.NaN))
                .description(description)
                .tag("model", model)
                .register(registry);
    }
}
