package io.auspex.api.inference;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.quarkus.grpc.GlobalInterceptor;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the deadline that a gRPC client sends with its call, in the header {@code grpc-timeout}
 * (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md): the server of Vert.x leaves it
 * to others. A header that means nothing is no deadline, as for other gRPC servers.
 */
@GlobalInterceptor
@ApplicationScoped
class GrpcDeadlines implements ServerInterceptor {

    private static final Metadata.Key<String> TIMEOUT =
            Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);
    private static final Context.Key<Deadline> DEADLINE = Context.key("auspex-deadline");
    private static final Pattern FORM = Pattern.compile("([0-9]{1,8})([HMSmun])");

    /** That of the call that is being handled. */
    static Deadline current() {
        Deadline deadline = DEADLINE.get();
        return deadline == null ? Deadline.NONE : deadline;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Context context =
                Context.current()
                        .withValue(DEADLINE, parse(headers.get(TIMEOUT), System.nanoTime()));
        return Contexts.interceptCall(context, call, headers, next);
    }

    static Deadline parse(@Nullable String timeout, long nowNanos) {
        Matcher form = timeout == null ? null : FORM.matcher(timeout);
        if (form == null || !form.matches()) {
            return Deadline.NONE;
        }
        long nanos = unit(form.group(2)).toNanos(Long.parseLong(form.group(1)));
        return nanos > Deadline.MAX_NANOS ? Deadline.NONE : new Deadline(nowNanos, nanos);
    }

    private static TimeUnit unit(String letter) {
        return switch (letter) {
            case "H" -> TimeUnit.HOURS;
            case "M" -> TimeUnit.MINUTES;
            case "S" -> TimeUnit.SECONDS;
            case "m" -> TimeUnit.MILLISECONDS;
            case "u" -> TimeUnit.MICROSECONDS;
            default -> TimeUnit.NANOSECONDS;
        };
    }
}
