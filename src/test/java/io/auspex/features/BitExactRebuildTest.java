package io.auspex.features;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.features.Everything.Row;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The bits of a vector follow from the candles before it, in every way to arrive at them. */
class BitExactRebuildTest {

    private static final int SHORT_BLOCK = 24;
    private static final Timeframe FIVE = Timeframe.FIVE_MINUTES;

    @Property(tries = 60, seed = "11")
    void restartFromTheRequiredHistoryGivesTheSameBits(
            @ForAll long seed,
            @ForAll @DoubleRange(min = 0, max = 0.15) double gapChance,
            @ForAll @IntRange(min = 1, max = 20) int longestGap,
            @ForAll @IntRange(min = 0, max = 4) int bridged,
            @ForAll @IntRange(min = 0, max = 899) int from) {
        List<Candle> own = Candles.random("ADABTC", seed, 900, gapChance, longestGap);
        List<Candle> other = Candles.random("ETHBTC", seed + 1, 900, gapChance, longestGap);
        FeatureSchema schema =
                Everything.on(bridged, FIVE, Timeframe.FIFTEEN_MINUTES)
                        .schema(Everything.symbolsOf(own, other));
        List<MarketClose> closes = Candles.closes(own, other);

        long resumed = own.get(from).closeTimeMillis();
        long history = FeatureEngine.requiredHistoryMillis(schema, FIVE, SHORT_BLOCK);
        List<MarketClose> replayed =
                closes.stream()
                        .filter(close -> close.closeTimeMillis() >= resumed - history)
                        .toList();

        Map<Long, Row> always = rows(schema, closes);
        Map<Long, Row> rebuilt = rows(schema, replayed);
        always.keySet().removeIf(time -> time < resumed);
        rebuilt.keySet().removeIf(time -> time < resumed);
        assertSame(rebuilt, always);
    }

    @Property(tries = 40, seed = "12")
    void aValueFollowsFromThePresentBlockAndTheOneBeforeAlone(
            @ForAll long seed, @ForAll @IntRange(min = 0, max = 599) int at) {
        List<Candle> own = Candles.random("ADABTC", seed, 600, 0.05, 6);
        FeatureSchema schema = Everything.on(1, FIVE).schema(List.of(new Symbol("ADABTC")));
        long block = FIVE.millis() * SHORT_BLOCK;
        long open = own.get(at).openTimeMillis();
        long blockBefore = open - Math.floorMod(open, block) - block;

        List<MarketClose> closes = Candles.closes(own.subList(0, at + 1));
        List<MarketClose> twoBlocks =
                closes.stream().filter(close -> close.closeTimeMillis() > blockBefore).toList();

        long time = own.get(at).closeTimeMillis();
        assertSame(
                Map.of(time, rows(schema, twoBlocks).get(time)),
                Map.of(time, rows(schema, closes).get(time)));
    }

    @Test
    void restartWithTheRealBlockLengthGivesTheSameBits() {
        List<Candle> own = Candles.random("ADABTC", 5, 3_000, 0.002, 4);
        FeatureSchema schema =
                FeatureSchema.of(
                        List.of("rsi_14@5m", "macd_signal@5m~1", "adx_14@5m", "atr_14@5m~12"));
        List<MarketClose> closes = Candles.closes(own);
        long history = FeatureEngine.requiredHistoryMillis(schema, FIVE);
        assertThat(history).isEqualTo((2 * 512 + 3) * FIVE.millis());

        Map<Long, Row> always = rows(new FeatureEngine(schema), closes);
        for (int from : new int[] {1_100, 1_500, 1_999, 2_400}) {
            long resumed = closes.get(from).closeTimeMillis();
            Map<Long, Row> rebuilt =
                    rows(
                            new FeatureEngine(schema),
                            closes.stream()
                                    .filter(c -> c.closeTimeMillis() >= resumed - history)
                                    .toList());
            rebuilt.keySet().removeIf(time -> time < resumed);
            Map<Long, Row> expected = new TreeMap<>(always);
            expected.keySet().removeIf(time -> time < resumed);
            assertSame(rebuilt, expected);
        }
    }

    @Property(tries = 20, seed = "17")
    void aShiftReachesAcrossABlockBoundaryAndTheGapsBeforeIt(@ForAll long seed) {
        // Blocks of 24 with every other candle missing still hold the nine that this needs.
        List<Candle> own = Candles.random("ADABTC", seed, 300, 0.5, 1);
        FeatureSchema schema = FeatureSchema.of(List.of("momentum_2@5m", "momentum_2@5m~6"));
        List<Row> rows = List.copyOf(rows(schema, Candles.closes(own)).values());
        for (int i = 9; i < rows.size(); i++) {
            boolean afterGap =
                    own.get(i).openTimeMillis() - own.get(i - 1).openTimeMillis() > FIVE.millis();
            assertThat(rows.get(i).isReady()).as(rows.get(i).reason()).isEqualTo(!afterGap);
            if (!afterGap) {
                double then = own.get(i - 8).close();
                assertThat(rows.get(i).values()[1])
                        .isEqualTo((float) ((own.get(i - 6).close() - then) / then));
            }
        }
    }

    @Test
    void aShorterReplayWouldShowInTheBits() {
        // Guards the tests above: were states not anchored, this is what they would see.
        List<Candle> own = Candles.map(Candles.real("ETHBTC"), c -> Candles.renamed(c, "ADABTC"));
        FeatureSchema schema = FeatureSchema.of(List.of("rsi_7@5m"));
        List<MarketClose> closes = Candles.closes(own);
        long last = own.getLast().closeTimeMillis();
        Row always = rows(schema, closes).get(last);
        Row shortened = rows(schema, closes.subList(closes.size() - 20, closes.size())).get(last);
        assertThat(always.isReady()).isTrue();
        assertThat(shortened.isReady()).isTrue();
        assertThat(shortened.values()[0]).isNotEqualTo(always.values()[0]);
    }

    @Property(tries = 25, seed = "13")
    void changingAFutureCandleLeavesEveryEarlierBit(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 450) int changed) {
        List<Candle> own = Candles.random("ADABTC", seed, 500, 0.02, 4);
        List<Candle> other = Candles.random("ETHBTC", seed + 1, 500, 0.02, 4);
        FeatureSchema schema =
                Everything.on(1, FIVE, Timeframe.FIFTEEN_MINUTES)
                        .schema(Everything.symbolsOf(own, other));
        long from = own.get(changed).closeTimeMillis();
        List<Candle> ownChanged = changedFrom(own, from);
        List<Candle> otherChanged = changedFrom(other, from);

        Map<Long, Row> before = rows(schema, Candles.closes(own, other));
        Map<Long, Row> after = rows(schema, Candles.closes(ownChanged, otherChanged));
        assertThat(before.keySet().stream().filter(time -> time >= from))
                .as("the change itself shows")
                .anyMatch(time -> !Arrays.equals(after.get(time).bits(), before.get(time).bits()));
        before.keySet().removeIf(time -> time >= from);
        after.keySet().removeIf(time -> time >= from);
        assertSame(after, before);
    }

    @Property(tries = 6, seed = "14")
    void streamingEqualsBatch(@ForAll long seed) {
        List<Candle> own = Candles.random("ADABTC", seed, 1_400, 0.002, 3);
        List<Candle> other = Candles.random("ETHBTC", seed + 1, 1_400, 0.002, 3);
        List<Symbol> symbols = Everything.symbolsOf(own, other);
        FeatureSchema schema = Everything.on(1, FIVE, Timeframe.FIFTEEN_MINUTES).schema(symbols);
        List<MarketClose> closes = Candles.closes(own, other);

        FeatureMatrix all = new FeatureMatrix(schema, symbols, FeatureMatrix.Keep.ALL);
        FeatureMatrix ready = new FeatureMatrix(schema, symbols, FeatureMatrix.Keep.READY);
        closes.forEach(all::accept);
        closes.forEach(ready::accept);

        FeatureEngine engine = new FeatureEngine(schema);
        float[] row = new float[schema.size() + 5];
        float[] batch = new float[schema.size() + 5];
        int next = 0;
        int nextReady = 0;
        for (MarketClose close : closes) {
            engine.accept(close);
            for (Candle candle : close.candles()) {
                Readiness readiness = engine.write(candle.symbol(), row, 3);
                all.copyRow(next, batch, 3);
                assertThat(Arrays.equals(batch, row)).isTrue();
                assertThat(all.closeTimeMillis(next)).isEqualTo(close.closeTimeMillis());
                assertThat(symbols.get(all.symbolIndex(next))).isEqualTo(candle.symbol());
                next++;
                if (readiness instanceof Readiness.Ready) {
                    ready.copyRow(nextReady++, batch, 3);
                    assertThat(Arrays.equals(batch, row)).isTrue();
                }
            }
        }
        assertThat(all.rows()).isEqualTo(next);
        assertThat(ready.rows()).isEqualTo(nextReady).isGreaterThan(0).isLessThan(next);
    }

    @Property(tries = 8, seed = "15")
    void placeOfASymbolAmongTheOthersDoesNotMatter(@ForAll long seed) {
        List<Candle> own = Candles.random("MMM", seed, 400, 0.02, 3);
        List<Candle> bystander = Candles.random("NNN", seed + 2, 400, 0.02, 3);
        Map<Long, Row> reference = null;
        for (String place : List.of("ETHA", "ETHZ")) {
            for (String name : List.of("AAA", "MMM", "ZZZ")) {
                List<Candle> renamed = Candles.map(own, c -> Candles.renamed(c, name));
                List<Candle> other = Candles.random(place, seed + 1, 400, 0.02, 3);
                FeatureSchema schema =
                        Everything.on(1, FIVE).schema(Everything.symbolsOf(renamed, other));
                Map<Long, Row> rows =
                        Everything.rows(
                                engine(schema), name, Candles.closes(renamed, other, bystander));
                rows.values().removeIf(row -> !row.isReady());
                if (reference == null) {
                    reference = rows;
                }
                assertSame(rows, reference);
            }
        }
    }

    @Property(tries = 15, seed = "16")
    void scaleOfPricesAndVolumesDoesNotMatter(
            @ForAll long seed, @ForAll @IntRange(min = -40, max = 40) int exponent) {
        // A power of two scales without rounding, so even the bits must agree.
        double price = Math.scalb(1.0, exponent);
        double volume = Math.scalb(1.0, -exponent / 2);
        List<Candle> own = Candles.random("ADABTC", seed, 500, 0.01, 3);
        FeatureSchema schema =
                Everything.on(1, FIVE, Timeframe.FIFTEEN_MINUTES)
                        .schema(List.of(new Symbol("ADABTC")));
        assertSame(
                rows(
                        schema,
                        Candles.closes(Candles.map(own, c -> Candles.scaled(c, price, volume)))),
                rows(schema, Candles.closes(own)));
    }

    private static Map<Long, Row> rows(FeatureSchema schema, List<MarketClose> closes) {
        return rows(engine(schema), closes);
    }

    private static Map<Long, Row> rows(FeatureEngine engine, List<MarketClose> closes) {
        return Everything.rows(engine, "ADABTC", closes);
    }

    private static FeatureEngine engine(FeatureSchema schema) {
        return new FeatureEngine(schema, SHORT_BLOCK);
    }

    private static void assertSame(Map<Long, Row> actual, Map<Long, Row> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach((time, row) -> {
            Row other = actual.get(time);
            assertThat(other.isReady()).as(row.reason()).isEqualTo(row.isReady());
            assertThat(other.bits()).as("at " + time).isEqualTo(row.bits());
        });
    }

    private static List<Candle> changedFrom(List<Candle> candles, long closeTimeMillis) {
        List<Candle> changed = new ArrayList<>();
        for (Candle candle : candles) {
            boolean future = candle.closeTimeMillis() >= closeTimeMillis;
            changed.add(future ? Candles.scaled(candle, 1.7, 3.1) : candle);
        }
        return changed;
    }
}
