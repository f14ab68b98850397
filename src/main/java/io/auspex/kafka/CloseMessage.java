package io.auspex.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.platform.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A message of the topic of candles: all candles that closed at one instant. A candle that cannot
 * be used is refused by itself, and the others are taken.
 *
 * @param candles ordered by symbol, at least one
 */
record CloseMessage(List<Candle> candles) {

    /** Candles of one message. */
    static final int MAX_CANDLES = 10_000;

    private static final List<String> PRICES = List.of("open", "high", "low", "close", "volume");

    CloseMessage {
        candles = List.copyOf(candles);
    }

    long closeTimeMillis() {
        return candles.getFirst().closeTimeMillis();
    }

    /**
     * Reads one.
     *
     * @param nowMillis nothing that closes later has closed
     * @param refused hears, in one clause, of every candle that is not used
     * @throws IllegalArgumentException saying what is wrong with the message as a whole
     */
    static CloseMessage read(
            @Nullable String text, Timeframe timeframe, long nowMillis, Consumer<String> refused) {
        JsonNode json = json(text);
        String code = json.path("timeframe").asText();
        if (!code.equals(timeframe.code())) {
            throw new IllegalArgumentException(
                    "timeframe is '%s' and not %s".formatted(code, timeframe));
        }
        JsonNode openTime = json.path("open_time");
        if (!openTime.isIntegralNumber() || !openTime.canConvertToLong()) {
            throw new IllegalArgumentException("open_time is not a number of milliseconds");
        }
        long open = openTime.longValue();
        if (open > nowMillis - timeframe.millis()) {
            throw new IllegalArgumentException("its candles have not closed yet");
        }
        JsonNode given = json.path("candles");
        if (!given.isArray() || given.isEmpty() || given.size() > MAX_CANDLES) {
            throw new IllegalArgumentException("candles is not an array of 1 to " + MAX_CANDLES);
        }
        SortedMap<Symbol, Candle> candles = new TreeMap<>();
        for (JsonNode each : given) {
            try {
                Candle candle = candle(each, timeframe, open);
                if (candles.putIfAbsent(candle.symbol(), candle) != null) {
                    refused.accept("a second candle of " + candle.symbol());
                }
            } catch (IllegalArgumentException bad) {
                refused.accept(String.valueOf(bad.getMessage()));
            }
        }
        if (candles.isEmpty()) {
            throw new IllegalArgumentException("none of its candles can be used");
        }
        return new CloseMessage(new ArrayList<>(candles.values()));
    }

    private static JsonNode json(@Nullable String text) {
        try {
            JsonNode json = Json.mapper().readTree(text == null ? "" : text);
            if (json != null && json.isObject()) {
                return json;
            }
        } catch (JsonProcessingException unreadable) {
            throw new IllegalArgumentException("not JSON: " + unreadable.getOriginalMessage());
        }
        throw new IllegalArgumentException("not a JSON object");
    }

    private static Candle candle(JsonNode json, Timeframe timeframe, long open) {
        JsonNode symbol = json.path("symbol");
        if (!symbol.isTextual()) {
            throw new IllegalArgumentException("a candle without a symbol");
        }
        double[] numbers = new double[PRICES.size()];
        for (int i = 0; i < numbers.length; i++) {
            JsonNode number = json.path(PRICES.get(i));
            if (!number.isNumber()) {
                throw new IllegalArgumentException(
                        symbol.textValue() + ": " + PRICES.get(i) + " is not a number");
            }
            numbers[i] = number.doubleValue();
        }
        try {
            return new Candle(
                    new Symbol(symbol.textValue()),
                    timeframe,
                    open,
                    numbers[0],
                    numbers[1],
                    numbers[2],
                    numbers[3],
                    numbers[4]);
        } catch (IllegalArgumentException bad) {
            throw new IllegalArgumentException(symbol.textValue() + ": " + bad.getMessage(), bad);
        }
    }
}
