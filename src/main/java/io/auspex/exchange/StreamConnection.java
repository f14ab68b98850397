package io.auspex.exchange;

import io.auspex.exchange.ExchangeProtocol.StreamLimits;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.platform.Backoff;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.http.WebSocketFrameType;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket to the exchange, kept alive on a virtual thread of its own: connect, subscribe,
 * listen; and again after a pause when it breaks, falls silent, is refused or is about to reach the
 * exchange's lifetime of a connection. It is up when every subscription is acknowledged, but for
 * symbols that the exchange refuses. What is lost meanwhile, and what is refused, is fetched over
 * REST by the feed.
 */
final class StreamConnection implements Runnable {

    /** Frames that may wait between the event loop and this thread. */
    private static final int MOST_FRAMES = 20_000;

    private static final double USED_LIFETIME = 0.95;

    /** What the event loop saw. */
    private sealed interface Frame {

        /** A text message. */
        record Text(String text) implements Frame {}

        /** A ping or pong. */
        record Beat() implements Frame {}

        /** The connection is closed. */
        record Gone(String reason) implements Frame {}
    }

    /** Ends this connection's present life. */
    private static final class BrokenException extends Exception {

        private static final long serialVersionUID = 1L;

        BrokenException(String reason) {
            super(reason);
        }
    }

    private final int number;
    private final ExchangeProtocol protocol;
    private final StreamLimits limits;
    private final List<Symbol> symbols;
    private final Timeframe timeframe;
    private final WebSocketClient client;
    private final Duration timeout;
    private final Backoff backoff;
    private final Ticks ticks;
    private final RandomGenerator random;
    private final Consumer<StreamEvent> events;
    private final Set<Symbol> notStreamed = new HashSet<>();
    private boolean wasUp;

    StreamConnection(
            int number,
            ExchangeProtocol protocol,
            List<Symbol> symbols,
            WebSocketClient client,
            FeedSettings settings,
            Ticks ticks,
            RandomGenerator random,
            Consumer<StreamEvent> events) {
        this.number = number;
        this.protocol = protocol;
        this.limits = settings.streamLimits(protocol);
        this.symbols = List.copyOf(symbols);
        this.timeframe = settings.timeframe();
        this.client = client;
        this.timeout = settings.requestTimeout();
        this.backoff = settings.backoff();
        this.ticks = ticks;
        this.random = random;
        this.events = events;
    }

    /** Ends only by interruption. */
    @Override
    public void run() {
        int failures = 0;
        try {
            while (true) {
                try {
                    wasUp = false;
                    live();
                    failures = 0;
                } catch (BrokenException broken) {
                    failures = wasUp ? 1 : failures + 1;
                    events.accept(
                            new StreamEvent.Down(number, String.valueOf(broken.getMessage())));
                    ticks.sleep(backoff.after(failures, random));
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** From connecting to the end of the exchange's lifetime. */
    private void live() throws InterruptedException, BrokenException {
        BlockingQueue<Frame> frames = new ArrayBlockingQueue<>(MOST_FRAMES);
        AtomicReference<@Nullable String> end = new AtomicReference<>();
        WebSocket socket = connect(frames, end);
        try {
            listen(socket, frames, end, new Subscriptions(protocol, symbols, timeframe));
        } finally {
            socket.close();
        }
    }

    private WebSocket connect(BlockingQueue<Frame> frames, AtomicReference<@Nullable String> end)
            throws InterruptedException, BrokenException {
        ClientWebSocket socket = client.webSocket();
        socket.textMessageHandler(text -> offer(frames, end, new Frame.Text(text)));
        socket.frameHandler(frame -> {
            if (frame.type() == WebSocketFrameType.PING) {
                offer(frames, end, new Frame.Beat());
            }
        });
        socket.exceptionHandler(failure ->
                offer(frames, end, new Frame.Gone(String.valueOf(failure.getMessage()))));
        socket.closeHandler(_ ->
                offer(
                        frames,
                        end,
                        new Frame.Gone("closed by the exchange: " + socket.closeReason())));
        WebSocketConnectOptions options = new WebSocketConnectOptions();
        options.setAbsoluteURI(protocol.streamUrl());
        options.setTimeout(timeout.toMillis());
        var connecting = socket.connect(options);
        try {
            return connecting
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failure) {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            throw new BrokenException(
                    "no connection: " + ExchangeUnavailableException.explain(cause));
        } catch (TimeoutException | InterruptedException given) {
            // It may still come about: it must not stay open unattended.
            connecting.onSuccess(WebSocket::close);
            if (given instanceof InterruptedException interrupted) {
                throw interrupted;
            }
            throw new BrokenException("no connection within " + timeout.toMillis() + " ms");
        }
    }

    /** A queue that is full ends the connection: what is lost is fetched again. */
    private static void offer(
            BlockingQueue<Frame> frames, AtomicReference<@Nullable String> end, Frame frame) {
        if (frame instanceof Frame.Gone gone) {
            end.compareAndSet(null, gone.reason());
        }
        if (!frames.offer(frame)) {
            end.compareAndSet(null, "more messages than could be read");
        }
    }

    private void listen(
            WebSocket socket,
            BlockingQueue<Frame> frames,
            AtomicReference<@Nullable String> end,
            Subscriptions subscriptions)
            throws InterruptedException, BrokenException {
        long openedNanos = ticks.nanos();
        long lifetimeNanos = (long) (limits.lifetime().toNanos() * USED_LIFETIME);
        long lastHeardNanos = openedNanos;
        long lastPingNanos = openedNanos;
        long nextSendNanos = openedNanos;
        while (true) {
            long now = ticks.nanos();
            long untilSilent = lastHeardNanos + limits.silence().toNanos() - now;
            long untilPing = lastPingNanos + limits.pingEvery().toNanos() - now;
            long untilOld = openedNanos + lifetimeNanos - now;
            long untilSend = subscriptions.hasNext() ? nextSendNanos - now : Long.MAX_VALUE;
            if (untilOld <= 0) {
                return;
            }
            if (untilSilent <= 0) {
                throw new BrokenException(
                        subscriptions.isSettled()
                                ? "silent for " + limits.silence()
                                : "subscriptions were not acknowledged");
            }
            if (untilPing <= 0) {
                protocol.pingMessage().ifPresent(ping -> send(socket, ping));
                lastPingNanos = now;
                continue;
            }
            if (untilSend <= 0) {
                send(socket, subscriptions.next());
                nextSendNanos = now + limits.betweenMessages().toNanos();
                continue;
            }
            long wait = Math.min(Math.min(untilSilent, untilSend), Math.min(untilPing, untilOld));
            Frame frame = ticks.poll(frames, Duration.ofNanos(wait));
            String reason = end.get();
            if (frame == null) {
                if (reason != null) {
                    throw new BrokenException(reason);
                }
                continue;
            }
            boolean answered =
                    switch (frame) {
                        case Frame.Text(String text) -> hear(text, subscriptions);
                        case Frame.Beat() -> false;
                        case Frame.Gone(String why) -> throw new BrokenException(why);
                    };
            // Until all are answered only an answer counts as a sign of life.
            if (answered || subscriptions.isSettled()) {
                lastHeardNanos = ticks.nanos();
            }
        }
    }

    /** Whether it answers a subscription. */
    private boolean hear(String text, Subscriptions subscriptions) throws BrokenException {
        StreamMessage message;
        try {
            message = protocol.readMessage(timeframe, text);
        } catch (UnreadableMessageException wrong) {
            events.accept(new StreamEvent.Unreadable(String.valueOf(wrong.getMessage())));
            return false;
        }
        switch (message) {
            case StreamMessage.Closed(var candle) -> events.accept(new StreamEvent.Closed(candle));
            case StreamMessage.Subscribed(int id) -> {
                if (subscriptions.holds(id)) {
                    tellWhenSettled(subscriptions, "");
                    return true;
                }
            }
            case StreamMessage.Refused(OptionalInt id, String why, boolean holds) -> {
                if (id.isEmpty() || !subscriptions.awaits(id.getAsInt())) {
                    throw new BrokenException("refused: " + why);
                }
                refused(subscriptions, id.getAsInt(), why, holds);
                return true;
            }
            case StreamMessage.Leaving() -> throw new BrokenException("the exchange is leaving");
            case StreamMessage.Other() -> {
                // A sign of life.
            }
        }
        return false;
    }

    /** One symbol that the exchange does not stream takes none of the others with it. */
    private void refused(Subscriptions subscriptions, int id, String why, boolean holds)
            throws BrokenException {
        if (holds && subscriptions.isOfOne(id)) {
            subscriptions.holds(id);
        } else {
            Optional<Symbol> symbol = subscriptions.refused(id);
            if (symbol.isPresent() && notStreamed.add(symbol.get())) {
                events.accept(new StreamEvent.NotStreamed(symbol.get(), why));
            }
        }
        tellWhenSettled(subscriptions, why);
    }

    private void tellWhenSettled(Subscriptions subscriptions, String why) throws BrokenException {
        if (!subscriptions.isSettled()) {
            return;
        }
        if (subscriptions.held() == 0) {
            throw new BrokenException("refused: " + why);
        }
        wasUp = true;
        events.accept(new StreamEvent.Up(number));
    }

    /** A failure to send shows as a closed or silent connection. */
    private static void send(WebSocket socket, String message) {
        socket.writeTextMessage(message).onFailure(_ -> socket.close());
    }
}
