package io.auspex.api.inference;

import io.auspex.platform.Failure;
import io.auspex.serving.Lease;
import io.auspex.serving.MicroBatches;
import io.auspex.serving.ModelServer;
import io.auspex.serving.ScoringRows;
import io.auspex.serving.ServingModel;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The Open Inference Protocol without a transport: finds the version, has it asked where it does
 * not hold up others, and gives its lease back.
 */
@ApplicationScoped
class Inference {

    /** Digits of the largest version number there can be. */
    private static final int MAX_DIGITS = 9;

    private final ModelServer server;
    private final Champions champions;
    private final Repository repository;
    private final Predictions predictions;
    private final ScoringPool pool;
    private final MicroBatches together;
    private final InferenceConfig config;

    Inference(
            ModelServer server,
            Champions champions,
            Repository repository,
            Predictions predictions,
            ScoringPool pool,
            MicroBatches together,
            InferenceConfig config) {
        this.server = server;
        this.champions = champions;
        this.repository = repository;
        this.predictions = predictions;
        this.pool = pool;
        this.together = together;
        this.config = config;
    }

    /** A request that has not been read yet. */
    interface Question {

        /** Its size, by which it is decided who may read it. */
        int bytes();

        /** When it came, by {@link System#nanoTime}. */
        long arrivedNanos();

        /** The transport's own. */
        Deadline deadline();

        /**
         * Reads it.
         *
         * @throws Failure INVALID, saying what is wrong
         */
        InferRequest read(Signature signature);
    }

    /**
     * Answers a request: at once and on the thread that subscribes when it is small, on the pool
     * when not.
     *
     * @param version null for the champion
     * @param writing makes the transport's message of the answer
     */
    <T> Uni<T> infer(
            String model,
            @Nullable String version,
            Question question,
            Function<InferAnswer, T> writing) {
        return with(model, version, lease -> answer(lease, question, writing));
    }

    /**
     * Looks at a version, which is open meanwhile.
     *
     * @param version null for the champion
     */
    <T> Uni<T> look(String model, @Nullable String version, Function<Lease, T> looking) {
        return with(
                model,
                version,
                lease -> {
                    try (lease) {
                        return Uni.createFrom().item(looking.apply(lease));
                    }
                });
    }

    /**
     * Describes a model.
     *
     * @param version null for the champion
     */
    Uni<ModelDescription> describe(String model, @Nullable String version) {
        return look(model, version, lease -> Signature.of(lease.model(), config.maxRows()))
                .chain(signature ->
                        repository
                                .versions(model)
                                .map(versions -> ModelDescription.of(model, versions, signature)));
    }

    private <T> Uni<T> with(
            String model, @Nullable String version, Function<Lease, Uni<T>> answering) {
        ModelName.require(model);
        if (version != null) {
            return server.pinned(model, number(model, version)).chain(answering::apply);
        }
        Optional<Lease> champion = champions.acquire(model);
        return champion.isPresent() ? answering.apply(champion.get()) : champions.absent(model);
    }

    /** Takes over the lease. */
    private <T> Uni<T> answer(Lease lease, Question question, Function<InferAnswer, T> writing) {
        boolean handedOver = false;
        try {
            ServingModel model = lease.model();
            Signature signature = Signature.of(model, config.maxRows());
            if (question.bytes() > config.eventLoopBytes()) {
                handedOver = true;
                return later(
                        lease,
                        () -> answer(model, inTime(model, question, signature), writing),
                        signature.rowsOf(question.bytes()),
                        question.deadline());
            }
            InferRequest request = inTime(model, question, signature);
            int rows = request.tensor().rows();
            if (!predictions.isQuick(model, rows)) {
                handedOver = true;
                return later(
                        lease,
                        () -> answer(model, request, writing),
                        rows,
                        deadline(question, request));
            }
            if (rows == 1 && deadline(question, request).isNone() && together.take(model)) {
                return inCompany(model, request, writing);
            }
            return Uni.createFrom().item(answer(model, request, writing));
        } finally {
            if (!handedOver) {
                lease.close();
            }
        }
    }

    /** It joins the others now, and not when somebody subscribes: by then the lease is back. */
    private <T> Uni<T> inCompany(
            ServingModel model, InferRequest request, Function<InferAnswer, T> writing) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        together.add(
                model,
                request.tensor().values(),
                new MicroBatches.Asking() {
                    @Override
                    public void scored(ScoringRows scored, int row) {
                        try {
                            answer.complete(
                                    writing.apply(InferAnswer.of(model, request, scored, row)));
                        } catch (RuntimeException failure) {
                            answer.completeExceptionally(failure);
                        }
                    }

                    @Override
                    public void failed(RuntimeException failure) {
                        answer.completeExceptionally(failure);
                    }
                });
        return Uni.createFrom().completionStage(answer);
    }

    private <T> Uni<T> later(Lease lease, Supplier<T> work, int rows, Deadline deadline) {
        return pool.run(work, lease.model().costNanos(rows), deadline)
                .onTermination()
                .invoke(lease::close);
    }

    private static <T> T answer(
            ServingModel model, InferRequest request, Function<InferAnswer, T> writing) {
        return writing.apply(InferAnswer.score(model, request));
    }

    /** Reads a request, and refuses it when its answer would come too late. */
    private InferRequest inTime(ServingModel model, Question question, Signature signature) {
        InferRequest request = question.read(signature);
        Deadline deadline = deadline(question, request);
        long neededNanos = model.costNanos(request.tensor().rows());
        if (!deadline.isNone() && !deadline.allows(System.nanoTime(), neededNanos)) {
            throw pool.late(deadline, neededNanos);
        }
        return request;
    }

    /** The one inside the request or the transport's, whichever passes first. */
    static Deadline deadline(Question question, InferRequest request) {
        Long micros = request.timeoutMicros();
        if (micros == null) {
            return question.deadline();
        }
        long nanos = Math.min(TimeUnit.MICROSECONDS.toNanos(micros), Deadline.MAX_NANOS);
        return new Deadline(question.arrivedNanos(), nanos).earlier(question.deadline());
    }

    private static int number(String model, String version) {
        boolean plain =
                !version.isEmpty()
                        && version.length() <= MAX_DIGITS
                        && version.chars().allMatch(digit -> digit >= '0' && digit <= '9')
                        && version.charAt(0) != '0';
        if (!plain) {
            throw new Failure(
                    Failure.Category.NOT_FOUND,
                    "no-such-version",
                    "there is no version '%s' of %s; versions are 1, 2, .."
                            .formatted(Signature.quoted(version), model));
        }
        return Integer.parseInt(version);
    }
}
