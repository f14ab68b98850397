package io.auspex.ingest;

import io.auspex.market.MarketClose;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** A real store that is away when a test says so. */
final class FlakyStore extends CandleStore {

    private volatile CompletableFuture<Boolean> gate = CompletableFuture.completedFuture(true);
    private volatile CompletableFuture<Boolean> written = new CompletableFuture<>();
    private int toFail;
    private int failures;
    private Runnable afterFailure = () -> {};

    FlakyStore(Pool pool, int batchRows) {
        super(pool, batchRows, 100);
    }

    /** With room for few candles while it is away. */
    FlakyStore(Pool pool, int batchRows, int mostWaiting) {
        super(pool, batchRows, 100, mostWaiting, Duration.ofSeconds(5));
    }

    /**
     * Lets those go on that wait, and holds what comes then.
     *
     * @return completed when one of them is written
     */
    CompletableFuture<Boolean> release(CompletableFuture<Boolean> next) {
        CompletableFuture<Boolean> held = gate;
        gate = next;
        written = new CompletableFuture<>();
        held.complete(true);
        return written;
    }

    synchronized void failNext(int writes) {
        toFail = writes;
    }

    synchronized int failures() {
        return failures;
    }

    /** Called at the attempt after a failure. */
    void onFailure(Runnable action) {
        afterFailure = action;
    }

    @Override
    Uni<Written> write(List<MarketClose> closes) {
        synchronized (this) {
            if (toFail > 0) {
                afterFailure.run();
                toFail--;
                failures++;
                return Uni.createFrom().failure(new IllegalStateException("the database is away"));
            }
        }
        CompletableFuture<Boolean> held = gate;
        if (held.isDone()) {
            return super.write(closes);
        }
        Context asking = Objects.requireNonNull(Vertx.currentContext(), "awaited on a context");
        return Uni.createFrom()
                .completionStage(held)
                .emitOn(go -> asking.runOnContext(_ -> go.run()))
                .flatMap(_ -> super.write(closes))
                .invoke(() -> written.complete(true));
    }
}
