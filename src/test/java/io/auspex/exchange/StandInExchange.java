package io.auspex.exchange;

import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * An exchange over real sockets, REST and WebSocket, whose clock the test moves and which does
 * wrong what it is told to. Its truth is a {@link CandleGenerator}.
 */
final class StandInExchange implements AutoCloseable {

    private static final int MAX_CANDLES = 1000;

    private final Vertx vertx;
    private final StandInDialect dialect;
    private final CandleGenerator truth;
    private final HttpServer server;
    private final AtomicLong nowMillis;
    private final List<Client> clients = new CopyOnWriteArrayList<>();
    private final Deque<Fault> restFaults = new ArrayDeque<>();
    private final List<Runnable> held = new ArrayList<>();
    private final Duration pingEvery;
    private volatile List<SymbolVolume> volumes = List.of();
    private volatile Predicate<Candle> exists = _ -> true;
    private volatile Set<Symbol> notStreamed = Set.of();
    private volatile boolean away;
    private volatile int banSeconds = 3;

    final AtomicInteger requests = new AtomicInteger();
    final AtomicInteger handshakes = new AtomicInteger();
    final AtomicInteger refusals = new AtomicInteger();
    final AtomicInteger refusedHandshakes = new AtomicInteger();
    final List<String> violations = new CopyOnWriteArrayList<>();
    final List<Long> messageNanos = new CopyOnWriteArrayList<>();

    /** One WebSocket. */
    private static final class Client {

        private final ServerWebSocket socket;
        private final Set<Symbol> symbols = new HashSet<>();
        private volatile boolean mute;

        Client(ServerWebSocket socket) {
            this.socket = socket;
        }

        void send(String text) {
            if (!mute && !socket.isClosed()) {
                socket.writeTextMessage(text);
            }
        }
    }

    StandInExchange(
            Vertx vertx,
            StandInDialect dialect,
            CandleGenerator truth,
            long startMillis,
            Duration pingEvery) {
        this.vertx = vertx;
        this.dialect = dialect;
        this.truth = truth;
        this.nowMillis = new AtomicLong(startMillis);
        this.pingEvery = pingEvery;
        this.server =
                vertx.createHttpServer()
                        .requestHandler(this::request)
                        .exceptionHandler(_ -> {})
                        .webSocketHandshakeHandler(handshake -> {
                            if (away
                                    || refusedHandshakes.getAndUpdate(n -> Math.max(0, n - 1))
                                            > 0) {
                                handshake.reject(503);
                            } else {
                                handshake.accept();
                            }
                        })
                        .webSocketHandler(this::connected)
                        .listen(0, "127.0.0.1")
                        .toCompletionStage()
                        .toCompletableFuture()
                        .join();
    }

    String restUrl() {
        return "http://127.0.0.1:" + server.actualPort();
    }

    String streamUrl() {
        return "ws://127.0.0.1:" + server.actualPort() + "/stream";
    }

    long millis() {
        return nowMillis.get();
    }

    void volumes(List<SymbolVolume> of) {
        volumes = List.copyOf(of);
    }

    /** What the exchange has: REST and stream leave the others out. */
    void has(Predicate<Candle> candles) {
        exists = candles;
    }

    /** A subscription with one of these is refused. */
    void doesNotStream(Set<Symbol> symbols) {
        notStreamed = Set.copyOf(symbols);
    }

    /** How long a ban holds. */
    void bansFor(Duration ban) {
        banSeconds = (int) ban.toSeconds();
    }

    /** Nothing answers, or everything does again. */
    void away(boolean gone) {
        away = gone;
        if (gone) {
            clients.forEach(client -> client.socket.close());
        }
    }

    /** Symbols that are subscribed to, over all connections. */
    Set<Symbol> subscribed() {
        Set<Symbol> all = new TreeSet<>();
        for (Client client : clients) {
            synchronized (client.symbols) {
                all.addAll(client.symbols);
            }
        }
        return all;
    }

    int connections() {
        return clients.size();
    }

    /** Applies a fault of the connections at once, and one of REST to the next request. */
    void fail(Fault fault) {
        switch (fault) {
            case CUT, LIFETIME -> clients.forEach(client -> client.socket.close());
            case HALF_OPEN -> clients.forEach(client -> client.mute = true);
            case REFUSED_HANDSHAKE -> {
                refusedHandshakes.set(2);
                clients.forEach(client -> client.socket.close());
            }
            case WRONG_MESSAGE -> {
                broadcast("{\"half\":");
                broadcast("[]");
            }
            case TOO_MANY, BANNED, WRONG_ANSWER, SLOW, BROKEN, HALF_ANSWER -> {
                synchronized (restFaults) {
                    restFaults.add(fault);
                }
            }
            case GAP, DUPLICATE, REORDER, CORRECTION ->
                    throw new IllegalArgumentException(fault + " belongs to a candle");
        }
    }

    /** The exchange's clock moves to shortly after that close; nothing is sent. */
    void moveTo(long closeMillis, Duration after) {
        nowMillis.set(closeMillis + after.toMillis());
    }

    /** Sends an open version, then the closed candle, as the fault wants it. */
    void send(Symbol symbol, long openMillis, Set<Fault> faults) {
        Candle candle = truth.candle(symbol, openMillis);
        if (!exists.test(candle) || faults.contains(Fault.GAP)) {
            return;
        }
        String closed = dialect.update(candle, true);
        Runnable sending =
                () -> {
                    toSubscribers(symbol, dialect.update(candle, false));
                    toSubscribers(symbol, closed);
                    if (faults.contains(Fault.DUPLICATE)) {
                        toSubscribers(symbol, closed);
                    }
                };
        if (faults.contains(Fault.REORDER)) {
            held.add(sending);
        } else {
            sending.run();
        }
    }

    /** Sends what was held back. */
    void release() {
        held.reversed().forEach(Runnable::run);
        held.clear();
    }

    /** Sends another version of a candle. */
    void correct(Symbol symbol, long openMillis) {
        toSubscribers(symbol, dialect.update(truth.corrected(symbol, openMillis), true));
    }

    @Override
    public void close() {
        server.close().toCompletionStage().toCompletableFuture().join();
    }

    private void toSubscribers(Symbol symbol, String text) {
        for (Client client : clients) {
            boolean wanted;
            synchronized (client.symbols) {
                wanted = client.symbols.contains(symbol);
            }
            if (wanted) {
                client.send(text);
            }
        }
    }

    private void broadcast(String text) {
        clients.forEach(client -> client.send(text));
    }

    private void connected(ServerWebSocket socket) {
        handshakes.incrementAndGet();
        Client client = new Client(socket);
        clients.add(client);
        long pings =
                dialect instanceof StandInDialect.Binance
                        ? vertx.setPeriodic(
                                pingEvery.toMillis(),
                                _ -> {
                                    if (!client.mute && !socket.isClosed()) {
                                        socket.writePing(Buffer.buffer("beat"));
                                    }
                                })
                        : -1;
        socket.exceptionHandler(_ -> {});
        socket.closeHandler(_ -> {
            clients.remove(client);
            vertx.cancelTimer(pings);
        });
        socket.textMessageHandler(text -> {
            if (!client.mute) {
                hear(client, text);
            }
        });
    }

    private void hear(Client client, String text) {
        messageNanos.add(System.nanoTime());
        try {
            StandInDialect.Heard heard = dialect.hear(text, truth.timeframe());
            Optional<Symbol> unknown =
                    heard.symbols().stream().filter(notStreamed::contains).findFirst();
            if (unknown.isPresent()) {
                client.send(dialect.refusal(text, unknown.get(), truth.timeframe()));
                return;
            }
            synchronized (client.symbols) {
                client.symbols.addAll(heard.symbols());
                if (client.symbols.size() > 1024) {
                    violations.add("more than 1024 streams");
                }
            }
            client.send(heard.answer());
        } catch (AssertionError | RuntimeException violation) {
            violations.add(String.valueOf(violation.getMessage()));
        }
    }

    private void request(HttpServerRequest request) {
        requests.incrementAndGet();
        HttpServerResponse response = request.response();
        response.exceptionHandler(_ -> {});
        if (away) {
            request.connection().close();
            return;
        }
        Fault fault;
        synchronized (restFaults) {
            fault = restFaults.poll();
        }
        String body = body(request);
        if (fault == null) {
            answer(response, body);
            return;
        }
        refusals.incrementAndGet();
        switch (fault) {
            case TOO_MANY -> tooMany(response);
            case BANNED ->
                    response.setStatusCode(dialect instanceof StandInDialect.Binance ? 418 : 429)
                            .putHeader("Retry-After", Integer.toString(banSeconds))
                            .end();
            case WRONG_ANSWER -> answer(response, "<html>maintenance</html>");
            case SLOW -> vertx.setTimer(900, _ -> answer(response, body));
            case BROKEN -> response.setStatusCode(500).end();
            case HALF_ANSWER -> {
                response.putHeader("Content-Length", Integer.toString(body.length()));
                response.write(body.substring(0, body.length() / 2))
                        .onComplete(_ -> request.connection().close());
            }
            case CUT,
                    HALF_OPEN,
                    REFUSED_HANDSHAKE,
                    LIFETIME,
                    GAP,
                    DUPLICATE,
                    REORDER,
                    CORRECTION,
                    WRONG_MESSAGE ->
                    throw new IllegalStateException("not of REST: " + fault);
        }
    }

    private void tooMany(HttpServerResponse response) {
        if (dialect instanceof StandInDialect.Binance) {
            response.setStatusCode(429).putHeader("Retry-After", "1").end();
        } else {
            response.putHeader("Timenow", "1700000000000")
                    .putHeader("X-Bapi-Limit-Reset-Timestamp", "1700000001000")
                    .end("{\"retCode\":10006,\"retMsg\":\"Too many visits!\",\"result\":{}}");
        }
    }

    private void answer(HttpServerResponse response, String body) {
        if (!response.closed()) {
            response.putHeader("X-MBX-USED-WEIGHT-1M", "17").end(body);
        }
    }

    private String body(HttpServerRequest request) {
        String path = request.path();
        if (path.equals(dialect.timePath())) {
            return dialect.time(millis());
        }
        if (path.equals(dialect.volumesPath())) {
            return dialect.volumes(volumes);
        }
        if (!path.equals(dialect.candlesPath())) {
            violations.add("no such path: " + path);
            return "";
        }
        Symbol symbol = new Symbol(request.getParam("symbol"));
        boolean isDaily = Set.of("1d", "D").contains(request.getParam("interval"));
        Timeframe timeframe = isDaily ? Timeframe.ONE_DAY : truth.timeframe();
        CandleGenerator truth = new CandleGenerator(this.truth.seed(), timeframe);
        long from = Long.parseLong(request.getParam(dialect.rangeParameters().get(0)));
        long to = Long.parseLong(request.getParam(dialect.rangeParameters().get(1)));
        if (Integer.parseInt(request.getParam("limit")) > MAX_CANDLES
                || (to - from) / timeframe.millis() + 1 > MAX_CANDLES) {
            violations.add("more than a page: " + request.uri());
        }
        List<Candle> candles = new ArrayList<>();
        long now = millis();
        for (long open = timeframe.openTimeOf(from + timeframe.millis() - 1);
                open <= to && open <= now;
                open += timeframe.millis()) {
            Candle candle = truth.candle(symbol, open);
            // The one that is still open looks other than it will.
            boolean isOpen = candle.closeTimeMillis() > now;
            if (exists.test(candle)) {
                candles.add(isOpen ? truth.corrected(symbol, open) : candle);
            }
        }
        return dialect.candles(candles);
    }
}
