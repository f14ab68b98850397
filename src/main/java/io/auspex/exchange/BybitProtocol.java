package io.auspex.exchange;

import static io.auspex.exchange.ExchangeJson.candle;
import static io.auspex.exchange.ExchangeJson.candles;
import static io.auspex.exchange.ExchangeJson.element;
import static io.auspex.exchange.ExchangeJson.member;
import static io.auspex.exchange.ExchangeJson.number;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.exchange.StreamMessage.Closed;
import io.auspex.exchange.StreamMessage.Other;
import io.auspex.exchange.StreamMessage.Refused;
import io.auspex.exchange.StreamMessage.Subscribed;
import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Bybit spot, public market data of API version 5. Source: bybit-exchange.github.io/docs/v5, "Get
 * Kline", "Kline" and "Connect" of the WebSocket, "Rate Limit".
 */
record BybitProtocol(String restUrl, String streamUrl) implements ExchangeProtocol {

    static final String REST_URL = "https://api.bybit.com";
    static final String STREAM_URL = "wss://stream.bybit.com/v5/public/spot";

    private static final int TOPICS_A_MESSAGE = 10;
    private static final Pattern ID = Pattern.compile("[0-9]{1,9}");
    private static final String HOLDS_ALREADY = "already subscribed";
    private static final int OK = 200;
    private static final int FORBIDDEN = 403;
    private static final int TOO_MANY = 429;
    private static final int ASKED_TOO_OFTEN = 10006;
    private static final int WRONG_PARAMETER = 10001;
    private static final Duration DEFAULT_PAUSE = Duration.ofSeconds(5);
    private static final Duration BAN = Duration.ofMinutes(10);

    @Override
    public String identity() {
        return "bybit";
    }

    /** 600 requests in 5 seconds an address; half of it is left to others behind the address. */
    @Override
    public RestLimits restLimits() {
        return new RestLimits(300, Duration.ofSeconds(5), 1);
    }

    /** 21,000 characters of topics a connection; it answers our ping, which is due every 20 s. */
    @Override
    public StreamLimits streamLimits() {
        return new StreamLimits(
                500,
                Duration.ofMillis(100),
                Duration.ofSeconds(20),
                Duration.ofSeconds(50),
                Duration.ofHours(24));
    }

    @Override
    public String candlesPath(
            Symbol symbol, Timeframe timeframe, long fromOpenMillis, long toOpenMillis) {
        return "/v5/market/kline?category=spot&symbol=%s&interval=%s&start=%d&end=%d&limit=%d"
                .formatted(symbol, interval(timeframe), fromOpenMillis, toOpenMillis, PAGE_CANDLES);
    }

    /** The answer has the newest first. */
    @Override
    public List<Candle> readCandles(Symbol symbol, Timeframe timeframe, String body) {
        return ExchangeJson.read(
                body, answer -> candles(symbol, timeframe, list(answer)).reversed());
    }

    @Override
    public String timePath() {
        return "/v5/market/time";
    }

    @Override
    public long readTimeMillis(String body) {
        return ExchangeJson.read(body, answer -> ExchangeJson.whole(member(answer, "time")));
    }

    @Override
    public String volumesPath() {
        return "/v5/market/tickers?category=spot";
    }

    @Override
    public int volumesWeight() {
        return 1;
    }

    @Override
    public List<SymbolVolume> readVolumes(String quote, String body) {
        return ExchangeJson.read(
                body,
                answer -> {
                    List<SymbolVolume> volumes = new ArrayList<>();
                    for (JsonNode row : list(answer)) {
                        String name = member(row, "symbol").asText();
                        if (name.endsWith(quote)) {
                            double volume = number(member(row, "turnover24h"));
                            ExchangeJson.symbol(name)
                                    .ifPresent(symbol ->
                                            volumes.add(new SymbolVolume(symbol, volume)));
                        }
                    }
                    return List.copyOf(volumes);
                });
    }

    /** Refusals come with status 200 and a {@code retCode} in the body. */
    @Override
    public RestAnswer readAnswer(RestResponse response) {
        int status = response.status();
        if (status == FORBIDDEN) {
            return new RestAnswer.TooMany(BAN, "address banned (403)");
        }
        if (status == TOO_MANY) {
            return new RestAnswer.TooMany(pause(response), "asked too often (429)");
        }
        if (status != OK) {
            return new RestAnswer.Failed("HTTP " + status);
        }
        int code;
        String message;
        try {
            code =
                    ExchangeJson.read(
                            response.body(),
                            answer -> (int) ExchangeJson.whole(member(answer, "retCode")));
            message = ExchangeJson.read(response.body(), answer -> answer.path("retMsg").asText());
        } catch (UnreadableMessageException wrong) {
            return new RestAnswer.Failed(String.valueOf(wrong.getMessage()));
        }
        if (code == 0) {
            return new RestAnswer.Good(response.body(), OptionalInt.empty());
        }
        if (code == ASKED_TOO_OFTEN) {
            return new RestAnswer.TooMany(pause(response), "asked too often (10006)");
        }
        if (code == WRONG_PARAMETER
                && message.toLowerCase(java.util.Locale.ROOT).contains("symbol")) {
            return new RestAnswer.NoSuchSymbol(message + " (10001)");
        }
        return new RestAnswer.Failed(message + " (" + code + ")");
    }

    @Override
    public int symbolsAMessage() {
        return TOPICS_A_MESSAGE;
    }

    @Override
    public String subscription(int id, List<Symbol> symbols, Timeframe timeframe) {
        String topics =
                symbols.stream()
                        .map(symbol -> "\"kline." + interval(timeframe) + "." + symbol + '"')
                        .collect(Collectors.joining(","));
        return "{\"req_id\":\"%d\",\"op\":\"subscribe\",\"args\":[%s]}".formatted(id, topics);
    }

    @Override
    public Optional<String> pingMessage() {
        return Optional.of("{\"op\":\"ping\"}");
    }

    @Override
    public StreamMessage readMessage(Timeframe timeframe, String text) {
        return ExchangeJson.read(text, message -> message(timeframe, message));
    }

    private static StreamMessage message(Timeframe timeframe, JsonNode message) {
        if (message.path("op").asText().equals("subscribe")) {
            return answer(message);
        }
        String prefix = "kline." + interval(timeframe) + ".";
        String topic = message.path("topic").asText();
        if (!topic.startsWith(prefix)) {
            return new Other();
        }
        Symbol symbol = new Symbol(topic.substring(prefix.length()));
        // One element a message: the documentation shows a list, and never two of them.
        JsonNode candle = element(member(message, "data"), 0);
        if (!member(candle, "confirm").asBoolean()) {
            return new Other();
        }
        return new Closed(
                candle(
                        symbol,
                        timeframe,
                        member(candle, "start"),
                        member(candle, "open"),
                        member(candle, "high"),
                        member(candle, "low"),
                        member(candle, "close"),
                        member(candle, "volume")));
    }

    /** One topic that it does not know, or knows already, has all of the message refused. */
    private static StreamMessage answer(JsonNode message) {
        if (member(message, "success").asBoolean()) {
            return new Subscribed((int) ExchangeJson.whole(member(message, "req_id")));
        }
        String id = message.path("req_id").asText();
        String reason = message.path("ret_msg").asText();
        return new Refused(
                ID.matcher(id).matches()
                        ? OptionalInt.of(Integer.parseInt(id))
                        : OptionalInt.empty(),
                reason,
                reason.contains(HOLDS_ALREADY));
    }

    private static JsonNode list(JsonNode answer) {
        return member(member(answer, "result"), "list");
    }

    /** The header says when the window ends, by the clock of the answer's own time. */
    private static Duration pause(RestResponse response) {
        OptionalLong seconds = response.number("Retry-After");
        if (seconds.isPresent()) {
            return Duration.ofSeconds(seconds.getAsLong());
        }
        OptionalLong reset = response.number("X-Bapi-Limit-Reset-Timestamp");
        OptionalLong now = response.number("Timenow");
        if (reset.isEmpty() || now.isEmpty()) {
            return DEFAULT_PAUSE;
        }
        long millis = reset.getAsLong() - now.getAsLong();
        return Duration.ofMillis(Math.clamp(millis, 0, BAN.toMillis()));
    }

    private static String interval(Timeframe timeframe) {
        return switch (timeframe) {
            case ONE_MINUTE -> "1";
            case FIVE_MINUTES -> "5";
            case FIFTEEN_MINUTES -> "15";
            case ONE_HOUR -> "60";
            case FOUR_HOURS -> "240";
            case ONE_DAY -> "D";
        };
    }
}
