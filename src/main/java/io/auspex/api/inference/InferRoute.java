package io.auspex.api.inference;

import io.auspex.api.problem.ProblemResponse;
import io.auspex.serving.Lease;
import io.auspex.serving.MicroBatches;
import io.auspex.serving.ScoringRows;
import io.netty.buffer.Unpooled;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.core.runtime.context.VertxContextSafetyToggle;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Objects;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v2/models/{model}[/versions/{version}]/infer}, from socket to socket: a plain route
 * for the reason that {@link PredictRoute} is one. A binary request whose JSON head is known (see
 * {@link InferPlan}) is answered at once; any other goes the whole way through {@link Inference}.
 */
@ApplicationScoped
class InferRoute {

    static final String PATH = "/v2/models/:model/infer";
    static final String VERSION_PATH = "/v2/models/:model/versions/:version/infer";

    private static final QuestionPath QUICK = QuestionPath.of("/v2/models/{model}/infer");

    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence OCTETS =
            HttpHeaders.createOptimized("application/octet-stream");
    private static final CharSequence LENGTH = HttpHeaders.createOptimized(InferBody.HEADER_LENGTH);

    private final Champions champions;
    private final Inference inference;
    private final Predictions predictions;
    private final InferPlans plans;
    private final MicroBatches together;
    private final long maxBodyBytes;

    InferRoute(
            Champions champions,
            Inference inference,
            Predictions predictions,
            InferPlans plans,
            MicroBatches together,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size", defaultValue = "10240K")
                    MemorySize maxBodySize) {
        this.champions = champions;
        this.inference = inference;
        this.predictions = predictions;
        this.plans = plans;
        this.together = together;
        this.maxBodyBytes = maxBodySize.asLongValue();
    }

    void register(@Observes Router router) {
        router.post(QUICK.prefix()).order(QuestionPath.ORDER).handler(this::quickly);
        for (String path : new String[] {PATH, VERSION_PATH}) {
            router.post(path)
                    .handler(context ->
                            read(
                                    context,
                                    Objects.requireNonNull(
                                            context.pathParam("model"), "both routes have it"),
                                    context.pathParam("version")));
            router.route(path)
                    .handler(context -> {
                        context.response().putHeader(HttpHeaders.ALLOW, "POST");
                        ProblemResponse.send(context, 405);
                    });
        }
    }

    private void quickly(RoutingContext context) {
        String model = QUICK.model(context.request().path());
        if (model == null) {
            context.next();
            return;
        }
        QUICK.tellMetrics();
        read(context, model, null);
    }

    private void read(RoutingContext context, String model, @Nullable String version) {
        ArrivingBody.read(context, maxBodyBytes, body -> answer(context, model, version, body));
    }

    private void answer(
            RoutingContext context, String model, @Nullable String version, Buffer body) {
        try {
            HttpServerRequest request = context.request();
            MultiMap headers = request.headers();
            HttpQuestion question =
                    new HttpQuestion(
                            headers.get(LENGTH),
                            headers.get(HttpHeaders.CONTENT_ENCODING),
                            // Most requests have no query, and are not to pay for its parsing.
                            request.query() == null ? null : request.getParam("timeout"),
                            ArrivingBody.bytes(body));
            if (version != null || !isAnsweredByPlan(context, model, question)) {
                ask(context, model, version, question);
            }
        } catch (RuntimeException failure) {
            ProblemResponse.send(context, ProtocolRefusal.spoken(failure));
        }
    }

    private boolean isAnsweredByPlan(RoutingContext context, String model, HttpQuestion question) {
        if (!question.body().isSplit() || question.isInAHurry()) {
            return false;
        }
        Optional<Lease> champion = champions.acquire(model);
        if (champion.isEmpty()) {
            return false;
        }
        try (Lease lease = champion.get()) {
            InferPlan plan = plans.of(lease.model(), question.body());
            if (plan == null || !predictions.isQuick(lease.model(), plan.rows())) {
                return false;
            }
            if (plan.rows() == 1 && together.take(lease.model())) {
                together.add(lease.model(), question.body().tail(), new InCompany(context, plan));
            } else {
                send(context, plan.answer(question.body()), plan.answerHeadLength());
            }
            return true;
        }
    }

    /** Sends the answer of a row that was scored among others. */
    private record InCompany(RoutingContext context, InferPlan plan)
            implements MicroBatches.Asking {

        @Override
        public void scored(ScoringRows scored, int row) {
            try {
                send(context, plan.answer(scored, row), plan.answerHeadLength());
            } catch (RuntimeException failure) {
                refuse(failure);
            }
        }

        @Override
        public void failed(RuntimeException failure) {
            refuse(failure);
        }

        private void refuse(RuntimeException failure) {
            ProblemResponse.send(context, ProtocolRefusal.spoken(failure));
        }
    }

    /** Whoever hangs up is not scored any more, if that has not begun. */
    private void ask(
            RoutingContext context, String model, @Nullable String version, HttpQuestion question) {
        Context loop = Objects.requireNonNull(Vertx.currentContext(), "on an event loop");
        // A version may have to be loaded from the database.
        VertxContextSafetyToggle.setCurrentContextSafe(true);
        Cancellable work =
                inference
                        .infer(model, version, question, answer -> body(question, answer))
                        .subscribe()
                        .with(
                                answer -> onLoop(loop, () -> send(context, answer)),
                                failure ->
                                        onLoop(
                                                loop,
                                                () ->
                                                        ProblemResponse.send(
                                                                context,
                                                                ProtocolRefusal.spoken(failure))));
        if (!context.response().ended()) {
            context.response().closeHandler(_ -> work.cancel());
        }
    }

    private InferAnswer.Body body(HttpQuestion question, InferAnswer answer) {
        InferAnswer.Body body = answer.body();
        if (InferPlan.isWorthIt(question, answer)) {
            plans.learn(InferPlan.of(answer.by(), question, answer, body));
        }
        return body;
    }

    private static void onLoop(Context loop, Runnable action) {
        if (Vertx.currentContext() == loop) {
            action.run();
        } else {
            loop.runOnContext(_ -> action.run());
        }
    }

    private static void send(RoutingContext context, InferAnswer.Body body) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        Integer jsonBytes = body.jsonBytes();
        if (jsonBytes == null) {
            response.putHeader(HttpHeaders.CONTENT_TYPE, JSON);
        } else {
            response.putHeader(HttpHeaders.CONTENT_TYPE, OCTETS)
                    .putHeader(LENGTH, jsonBytes.toString());
        }
        response.end(Buffer.buffer(body.bytes()));
    }

    @SuppressWarnings("deprecation") // the only way to hand over the bytes without a copy
    private static void send(RoutingContext context, byte[] body, String headLength) {
        HttpServerResponse response = context.response();
        if (response.ended() || response.closed()) {
            return;
        }
        response.putHeader(HttpHeaders.CONTENT_TYPE, OCTETS)
                .putHeader(LENGTH, headLength)
                // Around the bytes: what Vert.x makes of an array is a copy.
                .end(Buffer.buffer(Unpooled.wrappedBuffer(body)));
    }
}
