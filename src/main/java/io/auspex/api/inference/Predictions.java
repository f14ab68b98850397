package io.auspex.api.inference;

import io.auspex.market.Symbol;
import io.auspex.platform.Failure;
import io.auspex.serving.Answer;
import io.auspex.serving.MicroBatches;
import io.auspex.serving.Predictor;
import io.auspex.serving.ScoringRows;
import io.auspex.serving.ServingModel;
import io.netty.buffer.ByteBuf;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** From the bytes of a question to the bytes of its answer, and where that should happen. */
@ApplicationScoped
class Predictions {

    /** A batch may keep an event loop as long as so many of the slowest rows allowed there. */
    private static final int BATCH_ROWS_WORTH = 10;

    private final Predictor predictor;
    private final Markets markets;
    private final MicroBatches together;
    private final int maxRows;
    private final int eventLoopRows;
    private final long eventLoopRowNanos;

    Predictions(
            Predictor predictor, Markets markets, MicroBatches together, InferenceConfig config) {
        this.predictor = predictor;
        this.markets = markets;
        this.together = together;
        this.maxRows = config.maxRows();
        this.eventLoopRows = config.eventLoopRows();
        this.eventLoopRowNanos = TimeUnit.MICROSECONDS.toNanos(config.eventLoopRowMicros());
    }

    /** Most rows that a body of that many bytes can hold, and at least one. */
    int mostRows(ServingModel model, int bytes) {
        return Math.clamp(bytes / model.leastJsonBytes(), 1, maxRows);
    }

    /** Whether so many rows may be scored on an event loop, by what was measured of the model. */
    boolean isQuick(ServingModel model, int rows) {
        return rows <= eventLoopRows
                && model.rowNanos() < eventLoopRowNanos
                && model.costNanos(rows) < BATCH_ROWS_WORTH * eventLoopRowNanos;
    }

    /** Who is told of an answer, once; on the event loop on which he has asked. */
    interface Asking {

        /** JSON in pooled memory, to be sent or to be released. */
        void answered(ByteBuf json);

        void failed(RuntimeException failure);
    }

    /**
     * Answers on this event loop: a single row in the company of others that have arrived, where
     * the version takes some.
     *
     * @throws Failure as the other
     */
    void answer(ServingModel model, byte[] bytes, int offset, int length, Asking asking) {
        try (PredictRequest request = PredictReader.read(model, maxRows, bytes, offset, length)) {
            if (request instanceof PredictRequest.OfRow one && together.take(model)) {
                together.add(model, one.row().input(), new InCompany(model, asking));
            } else {
                asking.answered(answer(model, request));
            }
        }
    }

    /** Writes the answer of a row that was scored among others. */
    private record InCompany(ServingModel model, Asking asking) implements MicroBatches.Asking {

        @Override
        public void scored(ScoringRows scored, int row) {
            try {
                asking.answered(PredictionAnswer.of(model, scored, row));
            } catch (RuntimeException failure) {
                asking.failed(failure);
            }
        }

        @Override
        public void failed(RuntimeException failure) {
            asking.failed(failure);
        }
    }

    /**
     * Answers on this thread.
     *
     * @return JSON in pooled memory, the caller's to send or to release
     * @throws Failure as the {@link PredictReader} says; NOT_FOUND {@code unknown-symbol}; CONFLICT
     *     {@code wrong-market}; NOT_READY {@code not-ready}
     */
    ByteBuf answer(ServingModel model, byte[] bytes, int offset, int length) {
        try (PredictRequest request = PredictReader.read(model, maxRows, bytes, offset, length)) {
            return answer(model, request);
        }
    }

    private ByteBuf answer(ServingModel model, PredictRequest request) {
        return switch (request) {
            case PredictRequest.OfRow one -> {
                one.row().run(1);
                yield PredictionAnswer.of(model, one.row(), 0);
            }
            case PredictRequest.OfRows many -> PredictionAnswer.of(model, many.answers());
            case PredictRequest.OfSymbol live -> aboutLive(model, live.symbol());
        };
    }

    private ByteBuf aboutLive(ServingModel model, Symbol symbol) {
        return switch (predictor.predict(model, symbol)) {
            case Answer.Predicted predicted ->
                    PredictionAnswer.of(
                            model,
                            predicted.prediction(),
                            Objects.requireNonNull(predicted.vector(), "asked about a symbol"));
            case Answer.NoModel _ -> throw new IllegalStateException(model + " is leased");
            case Answer.WrongMarket wrong -> {
                // Only then does it matter whether the feed has the symbol.
                if (model.market().coversFeed(markets.feed())) {
                    markets.requireKnown(symbol);
                }
                throw new Failure(Failure.Category.CONFLICT, "wrong-market", wrong.reason());
            }
            case Answer.NotReady notReady -> {
                markets.requireKnown(symbol);
                throw new Failure(Failure.Category.NOT_READY, "not-ready", notReady.reason());
            }
        };
    }
}
