package io.auspex.platform;

import io.opentelemetry.api.trace.Tracer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Traces of what the service does of its own accord: of requests Quarkus makes them. With {@code
 * auspex.tracing.endpoint} they go to an OTLP collector; without, every method here returns {@link
 * Trace#NONE} after one comparison.
 */
@ApplicationScoped
public class Traces {

    private final @Nullable Tracer tracer;
    private final InstantSource clock;

    @Inject
    Traces(PlatformConfig config, Instance<Tracer> tracer, InstantSource clock) {
        this(isOn(config) ? tracer.get() : null, clock);
    }

    /**
     * @param tracer null for one that traces nothing
     */
    Traces(@Nullable Tracer tracer, InstantSource clock) {
        this.tracer = tracer;
        this.clock = clock;
    }

    private static boolean isOn(PlatformConfig config) {
        return config.tracing().endpoint().filter(text -> !text.isBlank()).isPresent();
    }

    /** Those of a service that is not traced. */
    public static Traces off() {
        return new Traces(null, InstantSource.system());
    }

    /**
     * Begins a trace of its own, on this thread.
     *
     * @param startNanos when it has begun, of {@link System#nanoTime}
     */
    public Trace begin(String name, long startNanos) {
        if (tracer == null) {
            return Trace.NONE;
        }
        Instant now = clock.instant();
        long epochNanos =
                TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano() - System.nanoTime();
        return Trace.begin(tracer, name, startNanos, epochNanos);
    }

    /** The one that this thread is in. */
    public Trace current() {
        return tracer == null ? Trace.NONE : Trace.current();
    }
}
