package io.auspex.api.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A connection whose socket takes texts at once, or only when it is told to. */
final class FakeWire implements Outbox.Wire {

    private final boolean stalled;
    private final List<String> sent = new ArrayList<>();
    private final Deque<CompletableFuture<Void>> untaken = new ArrayDeque<>();
    private @Nullable Integer closeCode;
    private @Nullable String closeReason;

    private FakeWire(boolean stalled) {
        this.stalled = stalled;
    }

    static FakeWire reading() {
        return new FakeWire(false);
    }

    static FakeWire stalled() {
        return new FakeWire(true);
    }

    @Override
    public synchronized CompletionStage<Void> send(String text) {
        sent.add(text);
        if (!stalled) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> taken = new CompletableFuture<>();
        untaken.add(taken);
        return taken;
    }

    @Override
    public synchronized void close(int code, String reason) {
        closeCode = code;
        closeReason = reason;
    }

    /** The socket takes the oldest text. */
    void take() {
        CompletableFuture<Void> taken;
        synchronized (this) {
            taken = untaken.remove();
        }
        taken.complete(null);
    }

    void fail(Throwable failure) {
        CompletableFuture<Void> taken;
        synchronized (this) {
            taken = untaken.remove();
        }
        taken.completeExceptionally(failure);
    }

    synchronized List<String> sent() {
        return List.copyOf(sent);
    }

    List<JsonNode> messages() {
        return sent().stream().map(FakeWire::json).toList();
    }

    synchronized @Nullable Integer closeCode() {
        return closeCode;
    }

    synchronized @Nullable String closeReason() {
        return closeReason;
    }

    static JsonNode json(String text) {
        try {
            return Json.mapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }
}
