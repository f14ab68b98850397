package io.auspex.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.auspex.features.Everything.Row;
import io.auspex.features.Readiness.NotReady;
import io.auspex.features.Readiness.Ready;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FeatureEngineTest {

    private static final Symbol ADA = new Symbol("ADABTC");
    private static final Symbol ETH = new Symbol("ETHBTC");
    private static final long FIVE = Timeframe.FIVE_MINUTES.millis();

    @Test
    void warmsUpForExactlyAsLongAsItSays() {
        FeatureEngine engine = engine("rsi_14@5m");
        List<MarketClose> closes = Candles.closes(walk("ADABTC", 16));
        for (int count = 1; count <= 14; count++) {
            engine.accept(closes.get(count - 1));
            assertThat(write(engine, ADA)).isNaN();
            assertThat(reason(engine, ADA))
                    .isEqualTo("rsi_14@5m: warm-up, " + count + " of 15 candles");
        }
        engine.accept(closes.get(14));
        assertThat(engine.write(ADA, new float[1], 0)).isEqualTo(new Ready());
        assertThat(write(engine, ADA)).isBetween(0f, 100f);
    }

    @Test
    void everyTermHasItsFirstValueAtItsWarmUpAndNotBefore() {
        List<MarketClose> closes = Candles.closes(walk("ADABTC", 80));
        for (Term term : Term.values()) {
            int period = Family.of(term).takesPeriods() ? 9 : 0;
            String name = term.code() + (period > 0 ? "_" + period : "") + "@5m~2";
            FeatureEngine engine = engine(name);
            List<Row> rows = List.copyOf(Everything.rows(engine, "ADABTC", closes).values());
            int first = term.warmUp(period) + 2;
            assertThat(IntStream.range(0, 80).filter(i -> rows.get(i).isReady()))
                    .as(name)
                    .containsExactlyElementsOf(IntStream.range(first - 1, 80).boxed().toList());
        }
    }

    @Test
    void shiftedFeatureIsTheValueOfTheCandleBefore() {
        FeatureEngine engine = engine("macd_signal@5m", "macd_signal@5m~1", "macd_signal@5m~3");
        List<Row> rows =
                List.copyOf(
                        Everything.rows(engine, "ADABTC", Candles.closes(walk("ADABTC", 400)))
                                .values());
        for (int i = 60; i < rows.size(); i++) {
            assertThat(rows.get(i).values()[1]).isEqualTo(rows.get(i - 1).values()[0]);
            assertThat(rows.get(i).values()[2]).isEqualTo(rows.get(i - 3).values()[0]);
        }
    }

    @Test
    void aLongerTimeframeGivesItsLastCompleteCandle() {
        List<Candle> candles = walk("ADABTC", 12);
        List<Row> rows =
                List.copyOf(
                        Everything.rows(
                                        engine("percent_change@15m"),
                                        "ADABTC",
                                        Candles.closes(candles))
                                .values());
        float first = (float) (candles.get(5).close() / candles.get(2).close() - 1);
        float second = (float) (candles.get(8).close() / candles.get(5).close() - 1);
        assertThat(rows.get(4).reason()).isEqualTo("percent_change@15m: warm-up, 1 of 2 candles");
        for (int i = 5; i < 11; i++) {
            assertThat(rows.get(i).values()[0]).isCloseTo(i < 8 ? first : second, within(1e-7f));
        }
    }

    @Test
    void correlatedFeatureIsTheOtherSymbolsAtTheSameClose() {
        List<Candle> ada = walk("ADABTC", 40);
        List<Candle> eth = Candles.map(ada, c -> Candles.renamed(inverted(c), "ETHBTC"));
        FeatureEngine engine = engine("momentum_3@5m", "momentum_3@5m/ETHBTC");
        Candles.closes(ada, eth).forEach(engine::accept);
        float[] own = new float[2];
        float[] other = new float[2];
        assertThat(engine.write(ADA, own, 0)).isEqualTo(new Ready());
        assertThat(engine.write(ETH, other, 0)).isEqualTo(new Ready());
        assertThat(own[1]).isEqualTo(other[0]).isEqualTo(other[1]).isNotEqualTo(own[0]);
    }

    @Test
    void aMissingCorrelatedSymbolMakesTheVectorNotReady() {
        List<Candle> ada = walk("ADABTC", 10);
        List<Candle> eth = Candles.map(ada.subList(0, 9), c -> Candles.renamed(c, "ETHBTC"));
        FeatureEngine engine = engine("log_return@5m", "log_return@5m/ETHBTC");
        List<MarketClose> closes = Candles.closes(ada, eth);
        closes.subList(0, 9).forEach(engine::accept);
        assertThat(engine.write(ADA, new float[2], 0)).isEqualTo(new Ready());

        engine.accept(closes.get(9));
        float[] row = new float[2];
        assertThat(engine.write(ADA, row, 0))
                .isEqualTo(
                        new NotReady(
                                "log_return@5m/ETHBTC: no candle of correlated symbol ETHBTC at"
                                        + " this close"));
        assertThat(row[0]).isFinite();
        assertThat(row[1]).isNaN();
        assertThat(reason(engine, ETH)).isEqualTo("no candle of ETHBTC at this close");
    }

    @Test
    void aSymbolNeverSeenIsNotReady() {
        FeatureEngine engine = engine("hour_sin", "log_return@5m/ETHBTC");
        assertThat(reason(engine, ADA)).isEqualTo("no candle of ADABTC at this close");
        Candles.closes(walk("ADABTC", 3)).forEach(engine::accept);
        assertThat(reason(engine, new Symbol("XLMBTC")))
                .isEqualTo("no candle of XLMBTC at this close");
        assertThat(reason(engine, ADA)).contains("no candle of correlated symbol ETHBTC");
    }

    @Test
    void theFirstCloseAfterABridgedGapIsNotReadyAndTheNextIs() {
        List<Candle> candles = without(walk("ADABTC", 60), 40, 1);
        List<Row> rows =
                List.copyOf(
                        Everything.rows(
                                        engine("hour_sin", "rsi_14@5m"),
                                        "ADABTC",
                                        Candles.closes(candles))
                                .values());
        assertThat(rows.get(39).isReady()).isTrue();
        assertThat(rows.get(40).reason())
                .isEqualTo("rsi_14@5m: gap, 1 candles of ADABTC are missing before");
        assertThat(rows.get(40).values()[0]).isFinite();
        assertThat(rows.get(40).values()[1]).isNaN();
        assertThat(rows.get(41).isReady()).isTrue();
    }

    @Test
    void windowsCountCandlesAcrossABridgedGap() {
        List<Candle> all = walk("ADABTC", 60);
        List<Candle> candles = without(all, 40, 1);
        FeatureEngine engine = engine("momentum_5@5m");
        Candles.closes(candles.subList(0, 43)).forEach(engine::accept);
        double expected = candles.get(42).close() / candles.get(37).close() - 1;
        assertThat((double) write(engine, ADA)).isCloseTo(expected, within(1e-7));
    }

    @Test
    void aGapTooLongToBridgeWarmsUpAnew() {
        List<Candle> candles = without(walk("ADABTC", 60), 40, 2);
        List<Row> rows =
                List.copyOf(
                        Everything.rows(engine("rsi_14@5m"), "ADABTC", Candles.closes(candles))
                                .values());
        assertThat(rows.get(40).reason()).contains("gap, 2 candles");
        assertThat(rows.get(41).reason())
                .isEqualTo("rsi_14@5m: warm-up after a gap, 2 of 15 candles");
        assertThat(rows.get(53).isReady()).isFalse();
        assertThat(rows.get(54).isReady()).isTrue();

        Row afresh =
                Everything.rows(
                                engine("rsi_14@5m"),
                                "ADABTC",
                                Candles.closes(candles.subList(40, candles.size())))
                        .get(candles.getLast().closeTimeMillis());
        assertThat(rows.getLast().bits()).isEqualTo(afresh.bits());
    }

    @Test
    void theToleranceInTheNameBridgesLongerGaps() {
        List<Candle> candles = without(walk("ADABTC", 60), 40, 2);
        FeatureEngine engine = engine("rsi_14@5m+2");
        List<Row> rows =
                List.copyOf(Everything.rows(engine, "ADABTC", Candles.closes(candles)).values());
        assertThat(rows.get(40).isReady()).isFalse();
        assertThat(rows.get(41).isReady()).isTrue();
    }

    @Test
    void aGapInTheCorrelatedSymbolShowsToo() {
        List<Candle> ada = walk("ADABTC", 30);
        List<Candle> eth = without(Candles.map(ada, c -> Candles.renamed(c, "ETHBTC")), 20, 1);
        Map<Long, Row> rows =
                Everything.rows(engine("log_return@5m/ETHBTC"), "ADABTC", Candles.closes(ada, eth));
        assertThat(rows.get(ada.get(21).closeTimeMillis()).reason())
                .contains("gap, 1 candles of ETHBTC");
        assertThat(rows.get(ada.get(22).closeTimeMillis()).isReady()).isTrue();
    }

    @Test
    void aLongerTimeframeIsNotAnsweredFromBeforeALongGap() {
        // 9 missing candles leave out two or three of 15 minutes: the old value says nothing now.
        List<Candle> candles = without(walk("ADABTC", 90), 60, 9);
        List<Row> rows =
                List.copyOf(
                        Everything.rows(
                                        engine("percent_change@15m"),
                                        "ADABTC",
                                        Candles.closes(candles))
                                .values());
        assertThat(rows.get(59).isReady()).isTrue();
        assertThat(rows.get(61).reason())
                .isEqualTo("percent_change@15m: warm-up after a gap, 0 of 2 candles");
        assertThat(rows.get(62).reason()).endsWith("1 of 2 candles");
        assertThat(rows.get(65).isReady()).isTrue();
    }

    @Test
    void refusesAClosesOutOfOrderAndStaysUnharmed() {
        List<MarketClose> closes = Candles.closes(walk("ADABTC", 40));
        FeatureEngine engine = engine("rsi_14@5m", "macd_line@5m");
        FeatureEngine undisturbed = engine("rsi_14@5m", "macd_line@5m");
        for (MarketClose close : closes) {
            engine.accept(close);
            undisturbed.accept(close);
            assertThatThrownBy(() -> engine.accept(close))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is not later than");
            assertThatThrownBy(() -> engine.accept(closes.getFirst()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        float[] row = new float[2];
        float[] expected = new float[2];
        assertThat(engine.write(ADA, row, 0)).isEqualTo(new Ready());
        undisturbed.write(ADA, expected, 0);
        assertThat(row).isEqualTo(expected);
    }

    @Test
    void refusesCandlesThatItsFeaturesCannotBeMadeOf() {
        List<Candle> hours =
                IntStream.range(0, 3)
                        .mapToObj(i ->
                                new Candle(
                                        ADA,
                                        Timeframe.ONE_HOUR,
                                        Candles.START + i * Timeframe.ONE_HOUR.millis(),
                                        1,
                                        1,
                                        1,
                                        1,
                                        1))
                        .toList();
        FeatureEngine engine = engine("rsi_14@1h", "rsi_14@5m");
        assertThatThrownBy(() -> engine.accept(Candles.closes(hours).getFirst()))
                .hasMessage("features of 5m candles cannot be computed from 1h candles");
        // Refused closes do not set the base timeframe.
        engine.accept(Candles.closes(walk("ADABTC", 1)).getFirst());
        assertThatThrownBy(() -> engine.accept(Candles.closes(hours).getLast()))
                .hasMessage("expected 5m candles, not 1h");
    }

    @Test
    void refusesARowThatIsTooShort() {
        FeatureEngine engine = engine("rsi_14@5m", "rsi_15@5m");
        assertThatThrownBy(() -> engine.write(ADA, new float[3], 2))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aVectorIsReadyExactlyWhenEveryValueIsFinite() {
        FeatureSchema schema = FeatureSet.standard().schema(List.of(ADA, ETH));
        List<MarketClose> closes =
                Candles.closes(
                        Candles.random("ADABTC", 1, 2_500, 0.001, 1),
                        Candles.random("ETHBTC", 2, 2_500, 0.001, 1));
        int ready = 0;
        for (Row row : Everything.rows(new FeatureEngine(schema), "ADABTC", closes).values()) {
            boolean finite = true;
            for (float value : row.values()) {
                finite &= Float.isFinite(value);
            }
            assertThat(row.isReady()).as(row.reason()).isEqualTo(finite);
            ready += finite ? 1 : 0;
        }
        // 97 hours of warm-up, and a close or two after each gap.
        assertThat(ready).isBetween(1_000, 2_500 - 97 * 12);
    }

    @Test
    void aQuietMarketHasStatedValuesAndDoesNotSilenceASymbol() {
        FeatureSchema schema = Everything.on(1, Timeframe.FIVE_MINUTES).schema(List.of(ADA));
        FeatureEngine engine = new FeatureEngine(schema);
        Candles.closes(Candles.flat("ADABTC", 60, 0.1, 0)).forEach(engine::accept);
        float[] row = new float[schema.size()];
        assertThat(engine.write(ADA, row, 0)).isEqualTo(new Ready());
        for (int i = 0; i < row.length; i++) {
            String name = schema.names().get(i);
            if (name.startsWith("hour") || name.startsWith("weekday")) {
                continue;
            }
            float expected =
                    name.startsWith("volume_ratio")
                            ? 1
                            : name.startsWith("bollinger_position") ? 0.5f : 0;
            assertThat(row[i]).as(name).isCloseTo(expected, within(1e-15f));
        }
    }

    @Test
    void quietAfterATurbulentTimeIsQuietWithoutRoundingDust() {
        List<Candle> candles = new ArrayList<>(Candles.random("ADABTC", 3, 100, 0, 1));
        Candle last = candles.getLast();
        for (int i = 1; i <= 30; i++) {
            candles.add(
                    new Candle(
                            ADA,
                            Timeframe.FIVE_MINUTES,
                            last.openTimeMillis() + i * FIVE,
                            last.close(),
                            last.close(),
                            last.close(),
                            last.close(),
                            0));
        }
        String[] names = {
            "volatility_7@5m",
            "bollinger_width_7@5m",
            "cci_7@5m",
            "obv_slope_7@5m",
            "volume_price_correlation_7@5m",
            "mfi_7@5m",
            "williams_r_7@5m"
        };
        FeatureEngine engine = engine(names);
        Candles.closes(candles).forEach(engine::accept);
        float[] row = new float[names.length];
        assertThat(engine.write(ADA, row, 0)).isEqualTo(new Ready());
        assertThat(row).containsOnly(0f);
    }

    @Test
    void clockFeaturesAreAnglesOfTheClose() {
        // 2018-01-10 was a Wednesday.
        FeatureEngine engine = engine("hour_sin", "hour_cos", "weekday_sin", "weekday_cos");
        List<MarketClose> closes = Candles.closes(Candles.flat("ADABTC", 72, 1, 1));
        closes.forEach(engine::accept);
        float[] row = new float[4];
        assertThat(engine.write(ADA, row, 0)).isEqualTo(new Ready());
        assertThat(row[0]).as("six in the morning").isEqualTo(1f);
        assertThat(row[1]).isCloseTo(0f, within(1e-7f));
        assertThat(row[2]).isCloseTo((float) Math.sin(4 * Math.PI / 7), within(1e-7f));
        assertThat(row[3]).isCloseTo((float) Math.cos(4 * Math.PI / 7), within(1e-7f));
    }

    @Test
    void volumeChangeIsBoundedAndKeepsTheOrderOfTheChange() {
        List<Candle> candles = walk("ADABTC", 4);
        double[] volumes = {0, 2, 6, 0};
        List<Candle> changed =
                IntStream.range(0, 4)
                        .mapToObj(i ->
                                Candles.scaled(
                                        candles.get(i), 1, volumes[i] / candles.get(i).volume()))
                        .toList();
        FeatureEngine engine = engine("volume_change_2@5m");
        List<Row> rows =
                List.copyOf(Everything.rows(engine, "ADABTC", Candles.closes(changed)).values());
        assertThat(rows.get(2).values()[0]).as("from nothing to 6").isEqualTo(1f);
        assertThat(rows.get(3).values()[0]).as("from 2 to nothing").isEqualTo(-1f);
    }

    @Test
    void requiredHistoryFollowsTheLongestTimeframe() {
        FeatureSchema schema = FeatureSchema.of(List.of("rsi_14@5m+3", "rsi_14@1h+3"));
        assertThat(FeatureEngine.requiredHistoryMillis(schema, Timeframe.FIVE_MINUTES))
                .isEqualTo((2 * 512 + 5) * Timeframe.ONE_HOUR.millis());
        assertThat(
                        FeatureEngine.requiredHistoryMillis(
                                FeatureSchema.of(List.of("hour_sin")), Timeframe.FIVE_MINUTES))
                .isEqualTo(2 * FIVE);
    }

    /** A walk with volume in every candle, from midnight. */
    private static List<Candle> walk(String name, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    double open = 1 + 0.01 * Math.sin(i * 0.7) + 0.001 * i;
                    double close = 1 + 0.01 * Math.sin((i + 1) * 0.7) + 0.001 * (i + 1);
                    return new Candle(
                            new Symbol(name),
                            Timeframe.FIVE_MINUTES,
                            Candles.START + i * FIVE,
                            open,
                            Math.max(open, close) * 1.001,
                            Math.min(open, close) * 0.999,
                            close,
                            5 + Math.cos(i));
                })
                .toList();
    }

    private static List<Candle> without(List<Candle> candles, int from, int count) {
        List<Candle> remaining = new ArrayList<>(candles);
        remaining.subList(from, from + count).clear();
        return remaining;
    }

    private static Candle inverted(Candle candle) {
        return new Candle(
                candle.symbol(),
                candle.timeframe(),
                candle.openTimeMillis(),
                1 / candle.open(),
                1 / candle.low(),
                1 / candle.high(),
                1 / candle.close(),
                candle.volume());
    }

    private static FeatureEngine engine(String... names) {
        return new FeatureEngine(FeatureSchema.of(List.of(names)));
    }

    private static float write(FeatureEngine engine, Symbol symbol) {
        float[] row = new float[engine.schema().size()];
        engine.write(symbol, row, 0);
        return row[0];
    }

    private static String reason(FeatureEngine engine, Symbol symbol) {
        return switch (engine.write(symbol, new float[engine.schema().size()], 0)) {
            case NotReady(String reason) -> reason;
            case Ready _ -> "ready";
        };
    }
}
