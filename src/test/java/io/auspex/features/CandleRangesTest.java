package io.auspex.features;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The candles that a vector can depend on: they are enough, and their hash names them. */
class CandleRangesTest {

    private static final int SHORT_BLOCK = 24;
    private static final Timeframe FIVE = Timeframe.FIVE_MINUTES;
    private static final Symbol OWN = new Symbol("ADABTC");

    @Property(tries = 60, seed = "21")
    void theCandlesOfTheRangeGiveTheBitsOfTheVectorAndTheirHashIsThatOfTheRange(
            @ForAll long seed,
            @ForAll @DoubleRange(min = 0, max = 0.15) double gapChance,
            @ForAll @IntRange(min = 1, max = 20) int longestGap,
            @ForAll @IntRange(min = 0, max = 4) int bridged,
            @ForAll @IntRange(min = 0, max = 899) int at) {
        List<Candle> own = Candles.random("ADABTC", seed, 900, gapChance, longestGap);
        List<Candle> other = Candles.random("ETHBTC", seed + 1, 900, gapChance, longestGap);
        FeatureSchema schema =
                Everything.on(bridged, FIVE, Timeframe.FIFTEEN_MINUTES)
                        .schema(Everything.symbolsOf(own, other));
        long time = own.get(at).closeTimeMillis();
        List<MarketClose> closes =
                Candles.closes(own, other).stream()
                        .filter(close -> close.closeTimeMillis() <= time)
                        .toList();
        List<CandleRange> ranges = ranges(schema, closes);
        long from = ranges.getFirst().from().toEpochMilli();

        assertThat(ranges.getFirst()).isEqualTo(expected(OWN, own, from, time));
        for (CandleRange range : ranges.subList(1, ranges.size())) {
            assertThat(range).isEqualTo(expected(range.symbol(), other, from, time));
        }
        List<MarketClose> within =
                closes.stream().filter(close -> close.closeTimeMillis() > from).toList();
        assertThat(row(schema, within)).isEqualTo(row(schema, closes));
    }

    @Property(tries = 40, seed = "22")
    void whoeverStartsAtTheRequiredHistoryNamesTheSameCandles(
            @ForAll long seed,
            @ForAll @DoubleRange(min = 0, max = 0.1) double gapChance,
            @ForAll @IntRange(min = 0, max = 899) int from) {
        List<Candle> own = Candles.random("ADABTC", seed, 900, gapChance, 6);
        FeatureSchema schema =
                Everything.on(1, FIVE, Timeframe.FIFTEEN_MINUTES).schema(List.of(OWN));
        List<MarketClose> closes = Candles.closes(own);
        long resumed = own.get(from).closeTimeMillis();
        long history = FeatureEngine.requiredHistoryMillis(schema, FIVE, SHORT_BLOCK);
        CandleRanges always = new CandleRanges(schema, SHORT_BLOCK);
        CandleRanges restarted = new CandleRanges(schema, SHORT_BLOCK);
        for (MarketClose close : closes) {
            always.accept(close);
            if (close.closeTimeMillis() >= resumed - history) {
                restarted.accept(close);
            }
            if (close.closeTimeMillis() >= resumed) {
                assertThat(restarted.of(OWN)).isEqualTo(always.of(OWN));
            }
        }
    }

    @Test
    void oneChangedCandleIsAnotherHashUntilItLeavesTheRange() {
        List<Candle> own = Candles.random("ADABTC", 5, 400, 0, 1);
        FeatureSchema schema = Everything.on(1, FIVE).schema(List.of(OWN));
        Candle was = own.get(200);
        List<Candle> changed =
                own.stream()
                        .map(candle -> candle == was ? Candles.scaled(candle, 1.0001, 1) : candle)
                        .toList();
        CandleRanges before = new CandleRanges(schema, SHORT_BLOCK);
        CandleRanges after = new CandleRanges(schema, SHORT_BLOCK);
        int other = 0;
        for (int i = 0; i < own.size(); i++) {
            before.accept(Candles.closes(own).get(i));
            after.accept(Candles.closes(changed).get(i));
            boolean isOther = !before.of(OWN).equals(after.of(OWN));
            boolean isWithin =
                    i >= 200
                            && before.of(OWN).getFirst().from().toEpochMilli()
                                    <= was.openTimeMillis();
            assertThat(isOther).as("candle " + i).isEqualTo(isWithin);
            other += isOther ? 1 : 0;
        }
        assertThat(other).isBetween(SHORT_BLOCK, 2 * SHORT_BLOCK + 2);
    }

    private static List<CandleRange> ranges(FeatureSchema schema, List<MarketClose> closes) {
        CandleRanges ranges = new CandleRanges(schema, SHORT_BLOCK);
        closes.forEach(ranges::accept);
        return ranges.of(OWN);
    }

    private static CandleRange expected(Symbol symbol, List<Candle> all, long from, long to) {
        List<Candle> candles =
                all.stream()
                        .filter(candle ->
                                candle.openTimeMillis() >= from && candle.closeTimeMillis() <= to)
                        .toList();
        CandleDigest digest = new CandleDigest();
        candles.forEach(digest::add);
        return new CandleRange(
                symbol,
                Instant.ofEpochMilli(from),
                candles.isEmpty()
                        ? null
                        : Instant.ofEpochMilli(candles.getFirst().openTimeMillis()),
                candles.isEmpty() ? null : Instant.ofEpochMilli(candles.getLast().openTimeMillis()),
                candles.size(),
                digest.hex());
    }

    /** Its bits, and whether it is ready. */
    private static List<Object> row(FeatureSchema schema, List<MarketClose> closes) {
        FeatureEngine engine = new FeatureEngine(schema, SHORT_BLOCK);
        closes.forEach(engine::accept);
        float[] row = new float[schema.size()];
        Readiness readiness = engine.write(OWN, row, 0);
        Everything.Row written = new Everything.Row(row, readiness);
        return List.of(Arrays.toString(written.bits()), written.isReady());
    }
}
