package io.auspex.serving;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What serving tells Prometheus. */
final class ServingMetrics {

    /** What came of a swap. */
    enum Outcome {
        /** A version was published. */
        PUBLISHED,
        /** The version cannot serve; the one before goes on. */
        REFUSED,
        /**
         * Something else failed, such as the database, or memory is short; the one before goes on.
         */
        FAILED
    }

    private static final Duration[] PREDICT_BUCKETS = {
        Duration.ofNanos(5_000),
        Duration.ofNanos(10_000),
        Duration.ofNanos(25_000),
        Duration.ofNanos(100_000),
        Duration.ofMillis(1),
        Duration.ofMillis(10),
        Duration.ofMillis(100)
    };

    private final MeterRegistry registry;

    /** By model and moment; only registered models. */
    private final Map<String, AtomicLong> residents = new ConcurrentHashMap<>();

    ServingMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** {@code auspex_sessions_live}: sessions that hold native memory. */
    void liveSessions(OnnxRuntime runtime) {
        Gauge.builder("auspex.sessions.live", runtime, OnnxRuntime::liveSessions)
                .description("ONNX Runtime sessions that hold native memory")
                .register(registry);
    }

    /** {@code auspex_sessions_pinned}: those of them that were asked for by number. */
    void pinned(PinnedModels pins) {
        Gauge.builder("auspex.sessions.pinned", pins, PinnedModels::liveSessions)
                .description("Sessions of versions that were asked for by number")
                .register(registry);
    }

    /** {@code auspex_resident_bytes}: what the process holds of RAM, native memory included. */
    void resident(MemoryHeadroom memory) {
        Gauge.builder("auspex.resident", memory, process -> process.residentBytes().orElse(0))
                .baseUnit("bytes")
                .description("Memory of the process that is in RAM, native memory included")
                .register(registry);
    }

    /**
     * {@code auspex_swap_resident_bytes}: before the last swap, and after its old version closed.
     */
    void resident(String model, String when, OptionalLong bytes) {
        bytes.ifPresent(value ->
                residents
                        .computeIfAbsent(
                                model + " " + when,
                                _ -> {
                                    AtomicLong last = new AtomicLong();
                                    Gauge.builder("auspex.swap.resident", last, AtomicLong::get)
                                            .baseUnit("bytes")
                                            .description("Memory in RAM around the last swap")
                                            .tag("model", model)
                                            .tag("when", when)
                                            .register(registry);
                                    return last;
                                })
                        .set(value));
    }

    /** {@code auspex_champion_version}: the version that answers for a model; 0 when none does. */
    void champion(String model, ServedModel served) {
        Gauge.builder("auspex.champion.version", served, ServingMetrics::version)
                .description("Version that answers for a model; 0 when none does")
                .tag("model", model)
                .register(registry);
    }

    private static int version(ServedModel served) {
        Integer version = served.status().version();
        return version == null ? 0 : version;
    }

    /** What the versions of a model tell. */
    ModelMeters of(String model) {
        return new ModelMeters(predict(model), drained(model), timer(model, Step.DRAIN));
    }

    /** {@code auspex_swap_drained_requests_total}. */
    private Counter drained(String model) {
        return Counter.builder("auspex.swap.drained.requests")
                .description("Calls that a version answered after its successor was published")
                .tag("model", model)
                .register(registry);
    }

    /** {@code auspex_predict_seconds}: one native call, of one row or of a batch. */
    private Timer predict(String model) {
        return Timer.builder("auspex.predict")
                .description("Time of one call of a model, for one row or a batch")
                .tag("model", model)
                .serviceLevelObjectives(PREDICT_BUCKETS)
                .register(registry);
    }

    /** {@code auspex_swaps_total}. */
    void swapped(String model, Outcome outcome) {
        registry.counter("auspex.swaps", "model", model, "result", lowerCase(outcome)).increment();
    }

    /** {@code auspex_swap_seconds}, by step, whether it succeeds or fails. */
    <T, E extends Exception> T step(String model, Step step, Work<T, E> work) throws E {
        long start = System.nanoTime();
        try {
            return work.run();
        } finally {
            timer(model, step).record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        }
    }

    private Timer timer(String model, Step step) {
        return Timer.builder("auspex.swap")
                .description("Time of one step of a swap")
                .tag("model", model)
                .tag("step", lowerCase(step))
                .register(registry);
    }

    /** What a step does. */
    @FunctionalInterface
    interface Work<T, E extends Exception> {
        T run() throws E;
    }

    private static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
