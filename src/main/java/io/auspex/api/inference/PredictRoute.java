package io.auspex.api.inference;

import io.auspex.api.problem.ProblemResponse;
import io.auspex.platform.Failure;
import io.auspex.serving.Lease;
import io.auspex.serving.ServingModel;
import io.netty.buffer.ByteBuf;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.core.runtime.context.VertxContextSafetyToggle;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Components;
import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /api/models/{name}/predict}, from socket to socket. A plain route and not a resource,
 * because it is the one that is asked most and the resource costs more than the model
 * (docs/decisions/0005); its document is {@code META-INF/openapi.yaml}. A quick model answers on
 * the event loop, a slow one or a large request from the {@link ScoringPool}.
 */
@ApplicationScoped
@OpenAPIDefinition(
        info = @Info(title = "Auspex", version = "1"),
        components =
                @Components(
                        schemas = {
                            @Schema(
                                    name = "PredictRequest",
                                    implementation = PredictRequest.Document.class),
                            @Schema(
                                    name = "Prediction",
                                    implementation = PredictionAnswer.Document.class),
                            @Schema(
                                    name = "Predictions",
                                    implementation = PredictionAnswer.RowsDocument.class),
                            @Schema(
                                    name = "InferAnswer",
                                    implementation = InferAnswer.Document.class)
                        }))
class PredictRoute {

    static final String PATH = "/api/models/:name/predict";

    private static final QuestionPath QUICK = QuestionPath.of("/api/models/{name}/predict");

    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");

    /** Header of a key that always gets the same version while a challenger has a share. */
    private static final String KEY = "Auspex-Key";

    private final Champions champions;

    private final Predictions predictions;
    private final ScoringPool pool;
    private final long maxBodyBytes;

    PredictRoute(
            Champions champions,
            Predictions predictions,
            ScoringPool pool,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size", defaultValue = "10240K")
                    MemorySize maxBodySize) {
        this.champions = champions;
        this.predictions = predictions;
        this.pool = pool;
        this.maxBodyBytes = maxBodySize.asLongValue();
    }

    void register(@Observes Router router) {
        router.post(QUICK.prefix()).order(QuestionPath.ORDER).handler(this::quickly);
        router.post(PATH)
                .handler(context ->
                        predict(
                                context,
                                Objects.requireNonNull(
                                        context.pathParam("name"), "the route has it")));
        router.route(PATH)
                .handler(context -> {
                    context.response().putHeader(HttpHeaders.ALLOW, "POST");
                    ProblemResponse.send(context, 405);
                });
    }

    private void quickly(RoutingContext context) {
        String name = QUICK.model(context.request().path());
        if (name == null) {
            context.next();
            return;
        }
        QUICK.tellMetrics();
        predict(context, name);
    }

    private void predict(RoutingContext context, String name) {
        HttpServerRequest request = context.request();
        if (!isJson(request.getHeader(HttpHeaders.CONTENT_TYPE))) {
            ProblemResponse.send(context, 415);
            return;
        }
        if (!acceptsJson(request.getHeader(HttpHeaders.ACCEPT))) {
            ProblemResponse.send(context, 406);
            return;
        }
        Deadline deadline;
        try {
            // Most requests have no query, and are not to pay for its parsing.
            deadline =
                    request.query() == null
                            ? Deadline.NONE
                            : Deadline.parse(request.getParam("timeout"), System.nanoTime());
        } catch (Failure invalid) {
            ProblemResponse.send(context, invalid);
            return;
        }
        ArrivingBody.read(context, maxBodyBytes, body -> answer(context, name, deadline, body));
    }

    private void answer(RoutingContext context, String name, Deadline deadline, Buffer body) {
        try {
            Optional<Lease> champion = champions.acquire(name, () -> key(context.request()));
            if (champion.isEmpty()) {
                absent(context, name);
                return;
            }
            answer(context, champion.get(), deadline, body);
        } catch (RuntimeException failure) {
            ProblemResponse.send(context, failure);
        }
    }

    /** What a share of requests is told apart by. */
    private static @Nullable String key(HttpServerRequest request) {
        String header = request.getHeader(KEY);
        return header != null || request.query() == null ? header : request.getParam("key");
    }

    /** Takes over the lease. */
    private void answer(RoutingContext context, Lease lease, Deadline deadline, Buffer body) {
        boolean handedOver = false;
        try {
            ServingModel model = lease.model();
            int rows = predictions.mostRows(model, body.length());
            if (predictions.isQuick(model, rows)) {
                if (deadline.isNone()) {
                    answer(context, model, body);
                } else {
                    // In a hurry, and not to wait for others.
                    requireInTime(deadline, model.costNanos(rows));
                    send(context, scored(model, body));
                }
                return;
            }
            handedOver = true;
            later(context, lease, deadline, body, rows);
        } finally {
            if (!handedOver) {
                lease.close();
            }
        }
    }

    private void answer(RoutingContext context, ServingModel model, Buffer body) {
        ByteBuffer bytes = ArrivingBody.bytes(body);
        predictions.answer(
                model,
                bytes.array(),
                bytes.arrayOffset(),
                bytes.remaining(),
                new Predictions.Asking() {
                    @Override
                    public void answered(ByteBuf json) {
                        send(context, json);
                    }

                    @Override
                    public void failed(RuntimeException failure) {
                        ProblemResponse.send(context, failure);
                    }
                });
    }

    private void requireInTime(Deadline deadline, long neededNanos) {
        if (!deadline.allows(System.nanoTime(), neededNanos)) {
            throw pool.late(deadline, neededNanos);
        }
    }

    /** Whoever hangs up is not scored any more, if that has not begun. */
    private void later(
            RoutingContext context, Lease lease, Deadline deadline, Buffer body, int rows) {
        ServingModel model = lease.model();
        Context loop = Objects.requireNonNull(Vertx.currentContext(), "on an event loop");
        Cancellable work =
                pool.run(() -> scored(model, body), model.costNanos(rows), deadline)
                        .onTermination()
                        .invoke(lease::close)
                        .subscribe()
                        .with(
                                json -> loop.runOnContext(_ -> send(context, json)),
                                failure ->
                                        loop.runOnContext(
                                                _ -> ProblemResponse.send(context, failure)));
        context.response().closeHandler(_ -> work.cancel());
    }

    private void absent(RoutingContext context, String name) {
        VertxContextSafetyToggle.setCurrentContextSafe(true);
        champions
                .absent(name)
                .subscribe()
                .with(_ -> {}, failure -> ProblemResponse.send(context, failure));
    }

    private ByteBuf scored(ServingModel model, Buffer body) {
        ByteBuffer bytes = ArrivingBody.bytes(body);
        return predictions.answer(model, bytes.array(), bytes.arrayOffset(), bytes.remaining());
    }

    /**
     * Vert.x never releases memory that it has not allocated: it is done here, once it is written.
     */
    @SuppressWarnings("deprecation") // the only way to hand over the bytes without a copy
    private static void send(RoutingContext context, ByteBuf json) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            json.release();
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, JSON)
                .end(Buffer.buffer(json))
                .onComplete(_ -> json.release());
    }

    private static boolean isJson(@Nullable String contentType) {
        return contentType == null
                || contentType.startsWith("application/json")
                || contentType.toLowerCase(Locale.ROOT).startsWith("application/json");
    }

    private static boolean acceptsJson(@Nullable String accept) {
        return accept == null
                || accept.contains("*/*")
                || accept.contains("application/json")
                || accept.contains("application/*");
    }
}
