package io.auspex.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages in the shape of the exchanges' public documentation, written by hand. */
class ProtocolTest {

    private static final Symbol BTC = new Symbol("BTCUSDT");
    private static final Timeframe FIVE = Timeframe.FIVE_MINUTES;
    private static final long OPEN = 1_672_324_800_000L;
    private static final Candle CANDLE =
            new Candle(BTC, FIVE, OPEN, 16649.5, 16677, 16608, 16670.25, 2.081);

    private final ExchangeProtocol binance = new BinanceProtocol("http://b", "ws://b");
    private final ExchangeProtocol bybit = new BybitProtocol("http://y", "ws://y");

    @Test
    void binanceGivesCandlesOldestFirst() {
        String body =
                """
                [[1672324800000,"16649.50000000","16677.00000000","16608.00000000","16670.25000000","2.08100000",
                  1672325099999,"34666.4",308,"1.0","2.0","0"],
                 [1672325100000,"16670.25","16680","16660","16661","1",1672325399999,"1",1,"1","1","0"]]\
                """;
        assertThat(binance.readCandles(BTC, FIVE, body)).hasSize(2).first().isEqualTo(CANDLE);
        assertThat(binance.candlesPath(BTC, FIVE, OPEN, OPEN + 999 * FIVE.millis()))
                .isEqualTo(
                        "/api/v3/klines?symbol=BTCUSDT&interval=5m&startTime=1672324800000&endTime=1672624500000&limit=1000");
    }

    @Test
    void bybitGivesCandlesNewestFirst() {
        String body =
                """
                {"retCode":0,"retMsg":"OK","result":{"symbol":"BTCUSDT","category":"spot","list":[
                 ["1672325100000","16670.25","16680","16660","16661","1","16670"],
                 ["1672324800000","16649.5","16677","16608","16670.25","2.081","34666.4005"]]},
                 "retExtInfo":{},"time":1672325400000}\
                """;
        assertThat(bybit.readCandles(BTC, FIVE, body)).hasSize(2).first().isEqualTo(CANDLE);
        assertThat(bybit.candlesPath(BTC, FIVE, OPEN, OPEN))
                .isEqualTo(
                        "/v5/market/kline?category=spot&symbol=BTCUSDT&interval=5&start=1672324800000&end=1672324800000&limit=1000");
        assertThat(bybit.candlesPath(BTC, Timeframe.ONE_DAY, 0, 0)).contains("interval=D");
        assertThat(bybit.candlesPath(BTC, Timeframe.FOUR_HOURS, 0, 0)).contains("interval=240");
    }

    @Test
    void binanceClosesACandleWithX() {
        assertThat(binance.readMessage(FIVE, binanceKline("true", "5m")))
                .isEqualTo(new StreamMessage.Closed(CANDLE));
        assertThat(
                        binance.readMessage(
                                FIVE,
                                "{\"stream\":\"btcusdt@kline_5m\",\"data\":"
                                        + binanceKline("true", "5m")
                                        + "}"))
                .isEqualTo(new StreamMessage.Closed(CANDLE));
        assertThat(binance.readMessage(FIVE, binanceKline("false", "5m")))
                .isEqualTo(new StreamMessage.Other());
        assertThat(binance.readMessage(FIVE, binanceKline("true", "1m")))
                .isEqualTo(new StreamMessage.Other());
        assertThat(binance.readMessage(FIVE, "{\"result\":null,\"id\":3}"))
                .isEqualTo(new StreamMessage.Subscribed(3));
        assertThat(
                        binance.readMessage(
                                FIVE,
                                "{\"error\":{\"code\":2,\"msg\":\"Invalid request\"},\"id\":1}"))
                .isEqualTo(
                        new StreamMessage.Refused(
                                OptionalInt.of(1),
                                "{\"code\":2,\"msg\":\"Invalid request\"}",
                                false));
        assertThat(binance.readMessage(FIVE, "{\"e\":\"serverShutdown\",\"E\":1770123456789}"))
                .isEqualTo(new StreamMessage.Leaving());
    }

    @Test
    void bybitClosesACandleWithConfirm() {
        assertThat(bybit.readMessage(FIVE, bybitKline("true", "5")))
                .isEqualTo(new StreamMessage.Closed(CANDLE));
        assertThat(bybit.readMessage(FIVE, bybitKline("false", "5")))
                .isEqualTo(new StreamMessage.Other());
        assertThat(bybit.readMessage(FIVE, bybitKline("true", "15")))
                .isEqualTo(new StreamMessage.Other());
        assertThat(
                        bybit.readMessage(
                                FIVE,
                                """
                                {"success":true,"ret_msg":"","conn_id":"23","req_id":"2","op":"subscribe"}\
                                """))
                .isEqualTo(new StreamMessage.Subscribed(2));
        assertThat(
                        bybit.readMessage(
                                FIVE,
                                """
                                {"success":false,"ret_msg":"error:handler not found","req_id":"2","op":"subscribe"}\
                                """))
                .isEqualTo(
                        new StreamMessage.Refused(
                                OptionalInt.of(2), "error:handler not found", false));
        assertThat(
                        bybit.readMessage(
                                FIVE,
                                """
                                {"success":false,"ret_msg":"error:already subscribed,topic:kline.5.BTCUSDT","req_id":"","op":"subscribe"}\
                                """))
                .isEqualTo(
                        new StreamMessage.Refused(
                                OptionalInt.empty(),
                                "error:already subscribed,topic:kline.5.BTCUSDT",
                                true));
        assertThat(
                        bybit.readMessage(
                                FIVE,
                                """
                                {"success":true,"ret_msg":"pong","conn_id":"23","op":"ping"}\
                                """))
                .isEqualTo(new StreamMessage.Other());
    }

    @Test
    void binanceSubscribesInLowerCaseTwoHundredAtATime() {
        List<String> messages = messages(binance, symbols(450));
        assertThat(messages).hasSize(3);
        assertThat(messages(binance, List.of(BTC)))
                .containsExactly(
                        "{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@kline_5m\"],\"id\":1}");
        assertThat(binance.streamLimits().symbols()).isEqualTo(1024);
        // Five messages a second, and pongs count as well.
        assertThat(Duration.ofSeconds(1).dividedBy(binance.streamLimits().betweenMessages()))
                .isLessThan(5);
        assertThat(binance.pingMessage()).isEmpty();
    }

    @Test
    void bybitSubscribesTenAtATimeAndPings() {
        List<String> messages = messages(bybit, symbols(25));
        assertThat(messages)
                .hasSize(3)
                .allSatisfy(
                        message -> assertThat(message.split("kline\\.5\\.")).hasSizeBetween(2, 11));
        assertThat(messages(bybit, List.of(BTC)))
                .containsExactly(
                        "{\"req_id\":\"1\",\"op\":\"subscribe\",\"args\":[\"kline.5.BTCUSDT\"]}");
        assertThat(bybit.pingMessage()).contains("{\"op\":\"ping\"}");
        assertThat(bybit.streamLimits().pingEvery()).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void limitsAreReadFromStatusHeadersAndBody() {
        assertThat(binance.readAnswer(response(200, Map.of("X-MBX-USED-WEIGHT-1M", "5400"), "[]")))
                .isEqualTo(new RestAnswer.Good("[]", OptionalInt.of(5400)));
        assertThat(binance.readAnswer(response(429, Map.of("Retry-After", "7"), "")))
                .isEqualTo(new RestAnswer.TooMany(Duration.ofSeconds(7), "asked too often (429)"));
        assertThat(binance.readAnswer(response(418, Map.of("retry-after", "120"), "")))
                .isEqualTo(new RestAnswer.TooMany(Duration.ofSeconds(120), "banned (418)"));
        assertThat(binance.readAnswer(response(418, Map.of(), "")))
                .isEqualTo(new RestAnswer.TooMany(Duration.ofMinutes(2), "banned (418)"));
        assertThat(
                        binance.readAnswer(
                                response(
                                        400,
                                        Map.of(),
                                        "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}")))
                .isInstanceOf(RestAnswer.NoSuchSymbol.class);
        assertThat(binance.readAnswer(response(503, Map.of(), "")))
                .isEqualTo(new RestAnswer.Failed("HTTP 503"));
        assertThat(
                        bybit.readAnswer(
                                response(
                                        200,
                                        Map.of(
                                                "Timenow", "1700000000000",
                                                "X-Bapi-Limit-Reset-Timestamp", "1700000002500"),
                                        "{\"retCode\":10006,\"retMsg\":\"Too many visits!\"}")))
                .isEqualTo(
                        new RestAnswer.TooMany(Duration.ofMillis(2500), "asked too often (10006)"));
        assertThat(bybit.readAnswer(response(403, Map.of(), "access too frequent")))
                .isEqualTo(new RestAnswer.TooMany(Duration.ofMinutes(10), "address banned (403)"));
        assertThat(
                        bybit.readAnswer(
                                response(
                                        200,
                                        Map.of(),
                                        "{\"retCode\":10001,\"retMsg\":\"Not supported symbols\"}")))
                .isInstanceOf(RestAnswer.NoSuchSymbol.class);
    }

    @Test
    void volumesAreThoseOfTheQuoteAsset() {
        assertThat(
                        binance.readVolumes(
                                "USDT",
                                """
                                [{"symbol":"BTCUSDT","quoteVolume":"15.30"},{"symbol":"ETHBTC","quoteVolume":"9"},
                                 {"symbol":"币安USDT","quoteVolume":"9"}]\
                                """))
                .containsExactly(new SymbolVolume(BTC, 15.3));
        assertThat(
                        bybit.readVolumes(
                                "USDT",
                                """
                                {"retCode":0,"result":{"list":[{"symbol":"BTCUSDT","turnover24h":"15.3"},{"symbol":"BTCEUR","turnover24h":"1"}]}}\
                                """))
                .containsExactly(new SymbolVolume(BTC, 15.3));
    }

    @Test
    void theChartLetsPodsReachTheExchanges() throws IOException {
        JsonNode ports =
                new ObjectMapper(new YAMLFactory())
                        .readTree(Path.of("k8s/helm/auspex/values.yaml").toFile())
                        .at("/networkPolicy/egressPorts");
        for (String url :
                List.of(
                        BinanceProtocol.REST_URL,
                        BinanceProtocol.STREAM_URL,
                        BybitProtocol.REST_URL,
                        BybitProtocol.STREAM_URL)) {
            int port = URI.create(url).getPort();
            assertThat(ports).as(url).extracting(JsonNode::asInt).contains(port < 0 ? 443 : port);
        }
    }

    @Test
    void clocksAreMilliseconds() {
        assertThat(binance.readTimeMillis("{\"serverTime\":1499827319559}"))
                .isEqualTo(1_499_827_319_559L);
        assertThat(
                        bybit.readTimeMillis(
                                """
                                {"retCode":0,"retMsg":"OK","result":{"timeSecond":"1688639403","timeNano":"1688639403423213947"},"time":1688639403423}\
                                """))
                .isEqualTo(1_688_639_403_423L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "17",
                "<html>",
                "{\"half\":",
                "[[1672324800000]]",
                "[[1672324800001,\"1\",\"1\",\"1\",\"1\",\"1\"]]",
                "[[1672324800000,\"1\",\"1\",\"1\",\"NaN\",\"1\"]]",
                "{\"e\":\"kline\",\"k\":{\"x\":true}}",
                "{\"result\":{\"list\":[[\"x\"]]}}"
            })
    void whatTheDocumentationDoesNotPromiseIsRefusedWithItsBeginning(String text) {
        for (ExchangeProtocol protocol : List.of(binance, bybit)) {
            assertThatThrownBy(() -> protocol.readCandles(BTC, FIVE, text))
                    .isInstanceOf(UnreadableMessageException.class);
        }
        if (!text.startsWith("[") && !text.startsWith("{\"r")) {
            assertThatThrownBy(() -> binance.readMessage(FIVE, text))
                    .isInstanceOf(UnreadableMessageException.class);
        }
    }

    private static String binanceKline(String closed, String interval) {
        return """
        {"e":"kline","E":1672325100012,"s":"BTCUSDT","k":{"t":1672324800000,"T":1672325099999,"s":"BTCUSDT","i":"%s",
        "f":100,"L":200,"o":"16649.5","c":"16670.25","h":"16677","l":"16608","v":"2.081","n":100,"x":%s,"q":"1","V":"5","Q":"0","B":"0"}}\
        """
                .formatted(interval, closed);
    }

    private static String bybitKline(String confirm, String interval) {
        return """
        {"topic":"kline.%s.BTCUSDT","data":[{"start":1672324800000,"end":1672325099999,"interval":"%s","open":"16649.5",
        "close":"16670.25","high":"16677","low":"16608","volume":"2.081","turnover":"34666.4005","confirm":%s,
        "timestamp":1672325099882}],"ts":1672325100882,"type":"snapshot"}\
        """
                .formatted(interval, interval, confirm);
    }

    private static RestResponse response(int status, Map<String, String> headers, String body) {
        return new RestResponse(status, headers, body);
    }

    private static List<String> messages(ExchangeProtocol protocol, List<Symbol> symbols) {
        Subscriptions subscriptions = new Subscriptions(protocol, symbols, FIVE);
        List<String> messages = new ArrayList<>();
        while (subscriptions.hasNext()) {
            messages.add(subscriptions.next());
        }
        return messages;
    }

    private static List<Symbol> symbols(int count) {
        return IntStream.range(0, count).mapToObj("C%03dUSDT"::formatted).map(Symbol::new).toList();
    }
}
