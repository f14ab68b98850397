package io.auspex.exchange;

import io.auspex.market.Symbol;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Asks which symbols to follow beside the thread that hands over closes: a ranking takes a request
 * a symbol, and a close must not wait for it. One question at a time; used by one thread.
 */
final class SymbolLookup implements AutoCloseable {

    /** How long the end waits for a question that is on its way; it was interrupted before. */
    private static final Duration END = Duration.ofSeconds(10);

    private final SymbolSource source;
    private final ExchangeRest rest;
    private @Nullable FutureTask<List<Symbol>> task;
    private @Nullable Thread thread;

    SymbolLookup(SymbolSource source, ExchangeRest rest) {
        this.source = source;
        this.rest = rest;
    }

    /** Whether a question is on its way, or its answer was not taken yet. */
    boolean isAsking() {
        return task != null;
    }

    /** Asks; at most once before the answer is taken. */
    void ask(long nowMillis) {
        if (task != null) {
            throw new IllegalStateException("asked already");
        }
        FutureTask<List<Symbol>> asked = new FutureTask<>(() -> source.symbols(rest, nowMillis));
        task = asked;
        thread = Thread.ofVirtual().name("symbols").start(asked);
    }

    /** The answer, once; empty while it is not there, and when the exchange is away. */
    Optional<List<Symbol>> take() throws InterruptedException {
        FutureTask<List<Symbol>> asked = task;
        if (asked == null || !asked.isDone()) {
            return Optional.empty();
        }
        task = null;
        try {
            return Optional.of(asked.get());
        } catch (ExecutionException failure) {
            return switch (failure.getCause()) {
                case RuntimeException broken -> throw broken;
                case Error broken -> throw broken;
                case null, default -> Optional.empty();
            };
        }
    }

    /** Ends a question that is on its way: whoever asks next is alone with the source. */
    @Override
    public void close() {
        Thread asking = thread;
        if (asking == null) {
            return;
        }
        asking.interrupt();
        boolean interrupted = Thread.interrupted();
        try {
            boolean _ = asking.join(END);
        } catch (InterruptedException again) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
