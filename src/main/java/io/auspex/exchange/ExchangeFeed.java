package io.auspex.exchange;

import io.auspex.ingest.CandleSource;
import io.auspex.ingest.Feed;
import io.auspex.ingest.FeedListener;
import io.auspex.ingest.FeedNews;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.platform.Failure;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * The endless feed of an exchange. History is what had closed when it caught up, live is what
 * closed after that: so, other than with a replay, what closed while nobody ran is history. An
 * exchange that does not answer never ends the feed: it says so and keeps trying.
 */
final class ExchangeFeed implements Feed {

    private static final Logger LOG = Logger.getLogger(ExchangeFeed.class);
    private static final int MAX_MESSAGE_BYTES = 1024 * 1024;
    private static final int MOST_REQUESTS = 8;

    private final ExchangeProtocol protocol;
    private final FeedSettings settings;
    private final SymbolSource source;
    private final Vertx vertx;
    private final InstantSource clock;
    private final Ticks ticks;
    private final RandomGenerator random;
    private final RateBudget budget;
    private volatile List<Symbol> symbols = List.of();

    ExchangeFeed(
            ExchangeProtocol protocol,
            FeedSettings settings,
            SymbolSource source,
            Vertx vertx,
            InstantSource clock,
            Ticks ticks,
            RandomGenerator random) {
        this.protocol = protocol;
        this.settings = settings;
        this.source = source;
        this.vertx = vertx;
        this.clock = clock;
        this.ticks = ticks;
        this.random = random;
        this.budget = new RateBudget(protocol.restLimits(), ticks);
    }

    @Override
    public String identity() {
        return protocol.identity();
    }

    @Override
    public Timeframe timeframe() {
        return settings.timeframe();
    }

    @Override
    public boolean byTheClock() {
        return true;
    }

    /** None until the exchange has said which. */
    @Override
    public List<Symbol> symbols() {
        return symbols;
    }

    /** Ends only by interruption. */
    @Override
    public void run(long afterCloseTimeMillis, FeedListener listener) throws InterruptedException {
        HttpClient http = httpClient();
        WebSocketClient sockets =
                vertx.createWebSocketClient(
                        new WebSocketClientOptions()
                                .setConnectTimeout((int) settings.requestTimeout().toMillis())
                                .setMaxFrameSize(MAX_MESSAGE_BYTES)
                                .setMaxMessageSize(MAX_MESSAGE_BYTES)
                                .setMaxConnections(MOST_REQUESTS)
                                .setTryUsePerMessageCompression(false));
        try {
            ExchangeRest rest = rest(http);
            ExchangeClock theirs = new ExchangeClock(clock);
            Persistence persistence = new Persistence(settings.backoff(), ticks, random, listener);
            Duration ahead = persistence.until(() -> theirs.measure(rest));
            listener.onNews(new FeedNews.ClockCompared(ahead));
            follow(persistence.until(() -> source.symbols(rest, theirs.millis())), listener);
            long lastClose;
            try (PageFetch fetch = new PageFetch(rest, theirs, settings)) {
                lastClose =
                        new HistoryCollection(
                                        identity(), symbols, settings, fetch, theirs, persistence)
                                .collect(afterCloseTimeMillis, listener);
            }
            listener.onHistoryComplete(lastClose);
            live(lastClose + timeframe().millis(), listener, rest.impatient(), sockets, theirs);
        } finally {
            sockets.close();
            http.close();
        }
    }

    /** Until the symbols change, then with the new ones from the same close on. */
    private void live(
            long firstClose,
            FeedListener listener,
            ExchangeRest rest,
            WebSocketClient sockets,
            ExchangeClock theirs)
            throws InterruptedException {
        long nextClose = firstClose;
        while (true) {
            LiveRun run =
                    new LiveRun(protocol, settings, symbols, rest, theirs, ticks, random, listener);
            LiveRun.SymbolsChanged changed = run.from(nextClose, source, sockets);
            follow(changed.symbols(), listener);
            nextClose = changed.nextCloseMillis();
        }
    }

    private void follow(List<Symbol> now, FeedListener listener) {
        if (now.isEmpty()) {
            throw new IllegalStateException("a feed follows at least one symbol");
        }
        symbols = List.copyOf(now);
        LOG.infof("%s: follows %d symbols", identity(), symbols.size());
        listener.onNews(new FeedNews.Follows(symbols));
    }

    /** Asks with clients of its own, within the same budget. */
    @Override
    public Optional<CandleSource> past() {
        return Optional.of((symbol, fromOpen, toOpen) -> {
            HttpClient http = httpClient();
            try {
                ExchangeRest rest = rest(http);
                ExchangeClock theirs = new ExchangeClock(clock);
                theirs.measure(rest);
                return ClosedCandles.of(rest, theirs, settings, symbol, fromOpen, toOpen);
            } catch (ExchangeUnavailableException failure) {
                throw new Failure(
                        Failure.Category.UPSTREAM,
                        "exchange-unavailable",
                        identity() + ": " + failure.getMessage(),
                        failure);
            } finally {
                http.close();
            }
        });
    }

    private ExchangeRest rest(HttpClient http) {
        return new ExchangeRest(protocol, http, budget, settings.requestTimeout());
    }

    private HttpClient httpClient() {
        return vertx.createHttpClient(
                new HttpClientOptions()
                        .setConnectTimeout((int) settings.requestTimeout().toMillis())
                        .setMaxPoolSize(MOST_REQUESTS)
                        .setDecompressionSupported(true));
    }
}
