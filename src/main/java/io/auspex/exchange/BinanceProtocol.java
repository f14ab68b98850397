package io.auspex.exchange;

import static io.auspex.exchange.ExchangeJson.candle;
import static io.auspex.exchange.ExchangeJson.candles;
import static io.auspex.exchange.ExchangeJson.member;
import static io.auspex.exchange.ExchangeJson.number;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.exchange.StreamMessage.Closed;
import io.auspex.exchange.StreamMessage.Leaving;
import io.auspex.exchange.StreamMessage.Other;
import io.auspex.exchange.StreamMessage.Refused;
import io.auspex.exchange.StreamMessage.Subscribed;
import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * Binance spot, public market data. Source: developers.binance.com, "REST API" and "WebSocket
 * Streams" of the spot documentation.
 */
record BinanceProtocol(String restUrl, String streamUrl) implements ExchangeProtocol {

    static final String REST_URL = "https://api.binance.com";
    static final String STREAM_URL = "wss://stream.binance.com:9443/ws";

    private static final int STREAMS_A_MESSAGE = 200;
    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int BANNED = 418;
    private static final int TOO_MANY = 429;
    private static final int INVALID_SYMBOL = -1121;
    private static final Duration DEFAULT_PAUSE = Duration.ofMinutes(1);
    private static final Duration DEFAULT_BAN = Duration.ofMinutes(2);

    @Override
    public String identity() {
        return "binance";
    }

    /** 6,000 a minute; candles weigh 2, the time 1. */
    @Override
    public RestLimits restLimits() {
        return new RestLimits(6000, Duration.ofMinutes(1), 2);
    }

    /**
     * 1,024 streams; 5 messages a second including pongs; a ping every 20 seconds, and a connection
     * without a pong for a minute is ended: so is here one without a ping for a minute.
     */
    @Override
    public StreamLimits streamLimits() {
        return new StreamLimits(
                1024,
                Duration.ofMillis(300),
                Duration.ofDays(1),
                Duration.ofSeconds(60),
                Duration.ofHours(24));
    }

    @Override
    public String candlesPath(
            Symbol symbol, Timeframe timeframe, long fromOpenMillis, long toOpenMillis) {
        return "/api/v3/klines?symbol=%s&interval=%s&startTime=%d&endTime=%d&limit=%d"
                .formatted(symbol, timeframe.code(), fromOpenMillis, toOpenMillis, PAGE_CANDLES);
    }

    @Override
    public List<Candle> readCandles(Symbol symbol, Timeframe timeframe, String body) {
        return ExchangeJson.read(
                body,
                rows -> {
                    if (!rows.isArray()) {
                        throw new IllegalArgumentException("not a list of candles");
                    }
                    return candles(symbol, timeframe, rows);
                });
    }

    @Override
    public String timePath() {
        return "/api/v3/time";
    }

    @Override
    public long readTimeMillis(String body) {
        return ExchangeJson.read(body, answer -> ExchangeJson.whole(member(answer, "serverTime")));
    }

    @Override
    public String volumesPath() {
        return "/api/v3/ticker/24hr?type=MINI";
    }

    @Override
    public int volumesWeight() {
        return 80;
    }

    @Override
    public List<SymbolVolume> readVolumes(String quote, String body) {
        return ExchangeJson.read(
                body,
                rows -> {
                    List<SymbolVolume> volumes = new ArrayList<>();
                    for (JsonNode row : rows) {
                        String name = member(row, "symbol").asText();
                        if (name.endsWith(quote)) {
                            double volume = number(member(row, "quoteVolume"));
                            ExchangeJson.symbol(name)
                                    .ifPresent(symbol ->
                                            volumes.add(new SymbolVolume(symbol, volume)));
                        }
                    }
                    return List.copyOf(volumes);
                });
    }

    @Override
    public RestAnswer readAnswer(RestResponse response) {
        int status = response.status();
        if (status == OK) {
            OptionalLong used = response.number("X-MBX-USED-WEIGHT-1M");
            return new RestAnswer.Good(
                    response.body(),
                    used.isPresent()
                            ? OptionalInt.of((int) Math.min(used.getAsLong(), Integer.MAX_VALUE))
                            : OptionalInt.empty());
        }
        if (status == TOO_MANY || status == BANNED) {
            OptionalLong seconds = response.number("Retry-After");
            Duration pause = status == BANNED ? DEFAULT_BAN : DEFAULT_PAUSE;
            return new RestAnswer.TooMany(
                    seconds.isPresent() ? Duration.ofSeconds(seconds.getAsLong()) : pause,
                    status == BANNED ? "banned (418)" : "asked too often (429)");
        }
        if (status == BAD_REQUEST && errorCode(response.body()) == INVALID_SYMBOL) {
            return new RestAnswer.NoSuchSymbol("invalid symbol (-1121)");
        }
        return new RestAnswer.Failed("HTTP " + status);
    }

    @Override
    public int symbolsAMessage() {
        return STREAMS_A_MESSAGE;
    }

    @Override
    public String subscription(int id, List<Symbol> symbols, Timeframe timeframe) {
        String streams =
                symbols.stream()
                        .map(symbol -> '"' + streamOf(symbol, timeframe) + '"')
                        .collect(Collectors.joining(","));
        return "{\"method\":\"SUBSCRIBE\",\"params\":[%s],\"id\":%d}".formatted(streams, id);
    }

    /** The server pings, and the client's library answers. */
    @Override
    public Optional<String> pingMessage() {
        return Optional.empty();
    }

    @Override
    public StreamMessage readMessage(Timeframe timeframe, String text) {
        return ExchangeJson.read(text, message -> message(timeframe, message));
    }

    private static StreamMessage message(Timeframe timeframe, JsonNode outer) {
        JsonNode message = outer.has("data") ? member(outer, "data") : outer;
        if (message.has("error")) {
            JsonNode id = message.path("id");
            return new Refused(
                    id.isInt() ? OptionalInt.of(id.intValue()) : OptionalInt.empty(),
                    message.get("error").toString(),
                    false);
        }
        if (message.has("result") && message.has("id")) {
            return new Subscribed((int) ExchangeJson.whole(member(message, "id")));
        }
        String event = message.path("e").asText();
        if (event.equals("serverShutdown")) {
            return new Leaving();
        }
        if (!event.equals("kline")) {
            return new Other();
        }
        JsonNode candle = member(message, "k");
        if (!member(candle, "x").asBoolean()
                || !member(candle, "i").asText().equals(timeframe.code())) {
            return new Other();
        }
        return new Closed(
                candle(
                        new Symbol(member(candle, "s").asText()),
                        timeframe,
                        member(candle, "t"),
                        member(candle, "o"),
                        member(candle, "h"),
                        member(candle, "l"),
                        member(candle, "c"),
                        member(candle, "v")));
    }

    private static String streamOf(Symbol symbol, Timeframe timeframe) {
        return symbol.name().toLowerCase(Locale.ROOT) + "@kline_" + timeframe.code();
    }

    private static int errorCode(String body) {
        try {
            return ExchangeJson.read(body, answer -> answer.path("code").asInt());
        } catch (UnreadableMessageException notSaid) {
            return 0;
        }
    }
}
