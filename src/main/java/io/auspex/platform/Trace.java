package io.auspex.platform;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * Something that the service does of its own accord, as a span, with its steps as spans below it.
 * Steps are told when they are over, by {@link System#nanoTime}, so that whoever measures them
 * anyway need not open and close anything. {@link #NONE}, the one of a service that is not traced,
 * does nothing at all. Steps may be told by any thread.
 */
public final class Trace implements AutoCloseable {

    static final Trace NONE = new Trace(null, Span.getInvalid(), 0);

    /** Of the log's lines, beside {@code correlation}. */
    private static final String TRACE_ID = "traceId";

    private static final ContextKey<Trace> CURRENT = ContextKey.named("auspex-trace");

    private final @Nullable Tracer tracer;
    private final Span span;

    /** What the clock on the wall is ahead of {@link System#nanoTime}. */
    private final long epochNanos;

    private @Nullable Scope scope;

    private Trace(@Nullable Tracer tracer, Span span, long epochNanos) {
        this.tracer = tracer;
        this.span = span;
        this.epochNanos = epochNanos;
    }

    /** A trace of its own, which is the current one of this thread until it is closed. */
    @SuppressWarnings("MustBeClosedChecker") // close() does, on the same thread
    static Trace begin(Tracer tracer, String name, long startNanos, long epochNanos) {
        Span span =
                tracer.spanBuilder(name)
                        .setNoParent()
                        .setStartTimestamp(epochNanos + startNanos, TimeUnit.NANOSECONDS)
                        .startSpan();
        Trace trace = new Trace(tracer, span, epochNanos);
        trace.scope = Context.current().with(span).with(CURRENT, trace).makeCurrent();
        MDC.put(TRACE_ID, trace.id());
        return trace;
    }

    /** That of this thread; {@link #NONE} outside of all. */
    static Trace current() {
        Trace current = Context.current().get(CURRENT);
        return current == null ? NONE : current;
    }

    /** 32 hexadecimal digits, zeros for {@link #NONE}. */
    public String id() {
        return span.getSpanContext().getTraceId();
    }

    /** Says something about it. */
    public Trace with(String name, String value) {
        if (tracer != null) {
            span.setAttribute(name, value);
        }
        return this;
    }

    /** Says something about it. */
    public Trace with(String name, long value) {
        if (tracer != null) {
            span.setAttribute(name, value);
        }
        return this;
    }

    /**
     * Tells of a step that is over.
     *
     * @param fromNanos of {@link System#nanoTime}, as {@code toNanos}
     * @return what its own steps can be told
     */
    public Trace step(String name, long fromNanos, long toNanos) {
        if (tracer == null) {
            return NONE;
        }
        SpanBuilder step =
                tracer.spanBuilder(name)
                        .setParent(Context.root().with(span))
                        .setStartTimestamp(epochNanos + fromNanos, TimeUnit.NANOSECONDS);
        Span told = step.startSpan();
        told.end(epochNanos + toNanos, TimeUnit.NANOSECONDS);
        return new Trace(tracer, told, epochNanos);
    }

    /** It has not come to its end. */
    public void failed(String reason) {
        if (tracer != null) {
            span.setStatus(StatusCode.ERROR, reason);
        }
    }

    /** It is over; on the thread that began it. */
    @Override
    public void close() {
        if (scope != null) {
            scope.close();
            scope = null;
            MDC.remove(TRACE_ID);
            span.end(epochNanos + System.nanoTime(), TimeUnit.NANOSECONDS);
        }
    }
}
