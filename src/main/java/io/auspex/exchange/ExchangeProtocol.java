package io.auspex.exchange;

import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What an exchange's public documentation says, and nothing else: addresses, messages, limits and
 * how to read the answers. Pure functions; thread-safe.
 *
 * <p>Every {@code read} method throws {@link UnreadableMessageException} for a text that is not
 * what the documentation promises.
 */
sealed interface ExchangeProtocol permits BinanceProtocol, BybitProtocol {

    /** Most candles that one request for candles gives. */
    int PAGE_CANDLES = 1000;

    /** Names the feed: {@code binance}, {@code bybit}. */
    String identity();

    /** Where REST is, without a trailing slash. */
    String restUrl();

    /** The address of the WebSocket. */
    String streamUrl();

    RestLimits restLimits();

    StreamLimits streamLimits();

    /** Path and query of candles whose open time lies in the range; at most a page of them. */
    String candlesPath(Symbol symbol, Timeframe timeframe, long fromOpenMillis, long toOpenMillis);

    /** The candles of an answer, oldest first; the last one may still be open. */
    List<Candle> readCandles(Symbol symbol, Timeframe timeframe, String body);

    /** Path of the exchange's clock. */
    String timePath();

    /** The exchange's clock, milliseconds since the Unix epoch (UTC). */
    long readTimeMillis(String body);

    /** Path of the figures of the last 24 hours, all symbols. */
    String volumesPath();

    /** Symbols that are paid for in the quote asset, with their volume in it, in any order. */
    List<SymbolVolume> readVolumes(String quote, String body);

    /** Weight of a request for all volumes; candles and time weigh what {@link RestLimits} says. */
    int volumesWeight();

    /** What a status and a body mean before anything is read from them. */
    RestAnswer readAnswer(RestResponse response);

    /** Most symbols that one message subscribes to. */
    int symbolsAMessage();

    /** The message that subscribes to the candles of at most {@link #symbolsAMessage} symbols. */
    String subscription(int id, List<Symbol> symbols, Timeframe timeframe);

    /** The message that keeps the connection alive; empty when the exchange does not want one. */
    Optional<String> pingMessage();

    /** What a message says. */
    StreamMessage readMessage(Timeframe timeframe, String text);

    /**
     * What REST allows.
     *
     * @param weight the budget of one window, for all requests together
     * @param requestWeight what a request for candles or time takes of it
     */
    record RestLimits(int weight, Duration window, int requestWeight) {}

    /**
     * What a connection allows.
     *
     * @param symbols most of one connection
     * @param betweenMessages pause between two messages that we send
     * @param pingEvery how often to send {@link #pingMessage}
     * @param silence a connection that says nothing for so long is dead, by the exchange's own
     *     heartbeat
     * @param lifetime after which the exchange ends a connection
     */
    record StreamLimits(
            int symbols,
            Duration betweenMessages,
            Duration pingEvery,
            Duration silence,
            Duration lifetime) {}
}
