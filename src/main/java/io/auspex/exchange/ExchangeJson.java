package io.auspex.exchange;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.platform.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Reads the JSON of exchanges, in which numbers are strings. */
final class ExchangeJson {

    private ExchangeJson() {}

    /** Reads a text; whatever is wrong with it becomes {@link UnreadableMessageException}. */
    static <T> T read(String text, Function<JsonNode, T> reader) {
        try {
            JsonNode node = Json.mapper().readTree(text);
            if (node == null || !node.isContainerNode()) {
                throw new UnreadableMessageException("not an object or array", text);
            }
            return reader.apply(node);
        } catch (JacksonException notJson) {
            throw new UnreadableMessageException("not JSON", text, notJson);
        } catch (IllegalArgumentException wrong) {
            throw new UnreadableMessageException(String.valueOf(wrong.getMessage()), text, wrong);
        }
    }

    /** A member that has to be there. */
    static JsonNode member(JsonNode object, String name) {
        JsonNode value = object.get(name);
        if (value == null || value.isNull()) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value;
    }

    /** An element that has to be there. */
    static JsonNode element(JsonNode array, int index) {
        JsonNode value = array.get(index);
        if (value == null || value.isNull()) {
            throw new IllegalArgumentException("element " + index + " is missing");
        }
        return value;
    }

    /** A whole number, written as one or as a string. */
    static long whole(JsonNode node) {
        return Long.parseLong(node.asText());
    }

    /** A number, written as one or as a string. */
    static double number(JsonNode node) {
        return Double.parseDouble(node.asText());
    }

    /** A candle from its figures; refuses what is not one. */
    static Candle candle(
            Symbol symbol,
            Timeframe timeframe,
            JsonNode openTime,
            JsonNode open,
            JsonNode high,
            JsonNode low,
            JsonNode close,
            JsonNode volume) {
        return new Candle(
                symbol,
                timeframe,
                whole(openTime),
                number(open),
                number(high),
                number(low),
                number(close),
                number(volume));
    }

    /** Candles from rows that begin with open time, open, high, low, close and volume. */
    static List<Candle> candles(Symbol symbol, Timeframe timeframe, Iterable<JsonNode> rows) {
        List<Candle> candles = new ArrayList<>();
        for (JsonNode row : rows) {
            candles.add(
                    candle(
                            symbol,
                            timeframe,
                            element(row, 0),
                            element(row, 1),
                            element(row, 2),
                            element(row, 3),
                            element(row, 4),
                            element(row, 5)));
        }
        return List.copyOf(candles);
    }

    /** The symbol; empty for a name that Auspex does not take, such as one in Chinese. */
    static Optional<Symbol> symbol(String name) {
        try {
            return Optional.of(new Symbol(name));
        } catch (IllegalArgumentException notOurs) {
            return Optional.empty();
        }
    }
}
