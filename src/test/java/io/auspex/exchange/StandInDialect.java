package io.auspex.exchange;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.platform.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How a stand-in speaks, written from the exchanges' public documentation and not from the code
 * under test.
 */
sealed interface StandInDialect {

    String candlesPath();

    String timePath();

    String volumesPath();

    /** Names of the query's parameters: symbol, first and last open time. */
    List<String> rangeParameters();

    /** An answer with candles, given oldest first. */
    String candles(List<Candle> oldestFirst);

    String time(long millis);

    String volumes(List<SymbolVolume> volumes);

    /** A candle on the stream. */
    String update(Candle candle, boolean closed);

    /** A subscription: its answer, and the symbols in it; or a pong. */
    Heard hear(String text, Timeframe timeframe);

    /**
     * What is answered instead when one symbol of a subscription is not streamed: all of it fails.
     */
    String refusal(String text, Symbol symbol, Timeframe timeframe);

    /** What a client's message was. */
    record Heard(String answer, List<Symbol> symbols) {}

    default String figure(double value) {
        return new java.math.BigDecimal(Double.toString(value)).toPlainString();
    }

    private static JsonNode json(String text) {
        try {
            return Json.mapper().readTree(text);
        } catch (com.fasterxml.jackson.core.JsonProcessingException wrong) {
            throw new AssertionError("the client sent " + text, wrong);
        }
    }

    /** Binance spot. */
    record Binance() implements StandInDialect {

        @Override
        public String candlesPath() {
            return "/api/v3/klines";
        }

        @Override
        public String timePath() {
            return "/api/v3/time";
        }

        @Override
        public String volumesPath() {
            return "/api/v3/ticker/24hr";
        }

        @Override
        public List<String> rangeParameters() {
            return List.of("startTime", "endTime");
        }

        @Override
        public String candles(List<Candle> oldestFirst) {
            return oldestFirst.stream()
                    .map(c ->
                            "[%d,\"%s\",\"%s\",\"%s\",\"%s\",\"%s\",%d,\"1.0\",7,\"1.0\",\"1.0\",\"0\"]"
                                    .formatted(
                                            c.openTimeMillis(),
                                            figure(c.open()),
                                            figure(c.high()),
                                            figure(c.low()),
                                            figure(c.close()),
                                            figure(c.volume()),
                                            c.closeTimeMillis() - 1))
                    .collect(Collectors.joining(",", "[", "]"));
        }

        @Override
        public String time(long millis) {
            return "{\"serverTime\":" + millis + "}";
        }

        @Override
        public String volumes(List<SymbolVolume> volumes) {
            return volumes.stream()
                    .map(v ->
                            "{\"symbol\":\"%s\",\"lastPrice\":\"1\",\"volume\":\"2\",\"quoteVolume\":\"%s\"}"
                                    .formatted(v.symbol(), figure(v.quoteVolume())))
                    .collect(Collectors.joining(",", "[", "]"));
        }

        @Override
        public String update(Candle c, boolean closed) {
            return """
            {"e":"kline","E":%d,"s":"%s","k":{"t":%d,"T":%d,"s":"%s","i":"%s","f":100,"L":200,\
            "o":"%s","c":"%s","h":"%s","l":"%s","v":"%s","n":100,"x":%s,"q":"1","V":"5","Q":"0.5","B":"0"}}\
            """
                    .formatted(
                            c.closeTimeMillis() + 3,
                            c.symbol(),
                            c.openTimeMillis(),
                            c.closeTimeMillis() - 1,
                            c.symbol(),
                            c.timeframe().code(),
                            figure(c.open()),
                            figure(c.close()),
                            figure(c.high()),
                            figure(c.low()),
                            figure(c.volume()),
                            closed);
        }

        @Override
        public Heard hear(String text, Timeframe timeframe) {
            JsonNode message = json(text);
            List<Symbol> symbols = new ArrayList<>();
            for (JsonNode stream : message.get("params")) {
                String[] parts = stream.asText().split("@", 2);
                if (!parts[1].equals("kline_" + timeframe.code())
                        || !parts[0].equals(parts[0].toLowerCase(Locale.ROOT))) {
                    throw new AssertionError("no such stream: " + stream);
                }
                symbols.add(new Symbol(parts[0].toUpperCase(Locale.ROOT)));
            }
            return new Heard("{\"result\":null,\"id\":" + message.get("id") + "}", symbols);
        }

        @Override
        public String refusal(String text, Symbol symbol, Timeframe timeframe) {
            return "{\"error\":{\"code\":2,\"msg\":\"Invalid request: %s\"},\"id\":%s}"
                    .formatted(symbol, json(text).get("id"));
        }
    }

    /** Bybit spot, version 5. */
    record Bybit() implements StandInDialect {

        @Override
        public String candlesPath() {
            return "/v5/market/kline";
        }

        @Override
        public String timePath() {
            return "/v5/market/time";
        }

        @Override
        public String volumesPath() {
            return "/v5/market/tickers";
        }

        @Override
        public List<String> rangeParameters() {
            return List.of("start", "end");
        }

        @Override
        public String candles(List<Candle> oldestFirst) {
            return answer(
                    oldestFirst.reversed().stream()
                            .map(c ->
                                    "[\"%d\",\"%s\",\"%s\",\"%s\",\"%s\",\"%s\",\"1.0\"]"
                                            .formatted(
                                                    c.openTimeMillis(),
                                                    figure(c.open()),
                                                    figure(c.high()),
                                                    figure(c.low()),
                                                    figure(c.close()),
                                                    figure(c.volume())))
                            .collect(Collectors.joining(",")));
        }

        @Override
        public String time(long millis) {
            return """
            {"retCode":0,"retMsg":"OK","result":{"timeSecond":"%d","timeNano":"%d000000"},"retExtInfo":{},"time":%d}\
            """
                    .formatted(millis / 1000, millis, millis);
        }

        @Override
        public String volumes(List<SymbolVolume> volumes) {
            return answer(
                    volumes.stream()
                            .map(v ->
                                    "{\"symbol\":\"%s\",\"lastPrice\":\"1\",\"volume24h\":\"2\",\"turnover24h\":\"%s\"}"
                                            .formatted(v.symbol(), figure(v.quoteVolume())))
                            .collect(Collectors.joining(",")));
        }

        @Override
        public String update(Candle c, boolean closed) {
            String interval = interval(c.timeframe());
            return """
            {"topic":"kline.%s.%s","data":[{"start":%d,"end":%d,"interval":"%s","open":"%s","close":"%s","high":"%s",\
            "low":"%s","volume":"%s","turnover":"3","confirm":%s,"timestamp":%d}],"ts":%d,"type":"snapshot"}\
            """
                    .formatted(
                            interval,
                            c.symbol(),
                            c.openTimeMillis(),
                            c.closeTimeMillis() - 1,
                            interval,
                            figure(c.open()),
                            figure(c.close()),
                            figure(c.high()),
                            figure(c.low()),
                            figure(c.volume()),
                            closed,
                            c.closeTimeMillis(),
                            c.closeTimeMillis());
        }

        @Override
        public Heard hear(String text, Timeframe timeframe) {
            JsonNode message = json(text);
            if (message.get("op").asText().equals("ping")) {
                return new Heard(
                        "{\"success\":true,\"ret_msg\":\"pong\",\"conn_id\":\"c\",\"op\":\"ping\"}",
                        List.of());
            }
            List<Symbol> symbols = new ArrayList<>();
            if (message.get("args").size() > 10) {
                throw new AssertionError("more than 10 topics in " + text);
            }
            for (JsonNode topic : message.get("args")) {
                String[] parts = topic.asText().split("\\.", 3);
                if (!parts[0].equals("kline") || !parts[1].equals(interval(timeframe))) {
                    throw new AssertionError("no such topic: " + topic);
                }
                symbols.add(new Symbol(parts[2]));
            }
            return new Heard(
                    """
                    {"success":true,"ret_msg":"","conn_id":"c","req_id":%s,"op":"subscribe"}\
                    """
                            .formatted(message.get("req_id")),
                    symbols);
        }

        @Override
        public String refusal(String text, Symbol symbol, Timeframe timeframe) {
            return """
            {"success":false,"ret_msg":"error:handler not found,topic:kline.%s.%s","conn_id":"c","req_id":%s,"op":"subscribe"}\
            """
                    .formatted(interval(timeframe), symbol, json(text).get("req_id"));
        }

        private static String interval(Timeframe timeframe) {
            return Long.toString(timeframe.millis() / 60_000);
        }

        private static String answer(String list) {
            return """
            {"retCode":0,"retMsg":"OK","result":{"category":"spot","list":[%s]},"retExtInfo":{},"time":1672025956592}\
            """
                    .formatted(list);
        }
    }
}
