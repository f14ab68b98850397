package io.auspex.market;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CandleAggregatorTest {

    private static final Symbol SYMBOL = new Symbol("ETHBTC");
    private static final long FIVE = Timeframe.FIVE_MINUTES.millis();

    /** On the grid of an hour. */
    private static final long START = 1_515_556_800_000L;

    private final CandleAggregator aggregator =
            new CandleAggregator(Timeframe.FIVE_MINUTES, Timeframe.FIFTEEN_MINUTES);

    @Test
    void joinsThreeFiveMinuteCandlesOnTheGrid() {
        assertThat(aggregator.add(candle(0, 10, 12, 9, 11, 1))).isFalse();
        assertThat(aggregator.add(candle(1, 11, 15, 10, 14, 2))).isFalse();
        assertThat(aggregator.add(candle(2, 14, 14, 8, 9, 4))).isTrue();

        assertThat(aggregator.candle(SYMBOL))
                .isEqualTo(new Candle(SYMBOL, Timeframe.FIFTEEN_MINUTES, START, 10, 15, 8, 9, 7));
    }

    @Test
    void givesNothingForAnIntervalThatBeganBeforeTheFirstCandle() {
        assertThat(aggregator.add(flat(1))).isFalse();
        assertThat(aggregator.add(flat(2))).isFalse();
        assertThat(aggregator.add(flat(3))).isFalse();
        assertThat(aggregator.add(flat(4))).isFalse();
        assertThat(aggregator.add(flat(5))).isTrue();
        assertThat(aggregator.openTimeMillis()).isEqualTo(START + 3 * FIVE);
    }

    @Test
    void givesNothingForAnIntervalWithAHole() {
        assertThat(aggregator.add(flat(0))).isFalse();
        assertThat(aggregator.add(flat(2))).isFalse();
        assertThat(aggregator.add(flat(3))).isFalse();
        assertThat(aggregator.add(flat(4))).isFalse();
        assertThat(aggregator.add(flat(5))).isTrue();
    }

    @Test
    void doesNotCompleteAnIntervalWithCandlesOfAnother() {
        assertThat(aggregator.add(flat(1))).isFalse();
        assertThat(aggregator.add(flat(2))).isFalse();
        assertThat(aggregator.add(flat(4))).isFalse();
        assertThatThrownBy(() -> aggregator.candle(SYMBOL))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesACandleOutOfOrderAndKeepsItsState() {
        aggregator.add(flat(0));
        aggregator.add(flat(1));
        assertThatThrownBy(() -> aggregator.add(flat(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not later");
        assertThat(aggregator.add(flat(2))).isTrue();
    }

    @Test
    void refusesTimeframesThatDoNotFit() {
        assertThatThrownBy(() ->
                        new CandleAggregator(Timeframe.FIFTEEN_MINUTES, Timeframe.FIVE_MINUTES))
                .hasMessage("5m candles cannot be built from 15m candles");
        assertThatThrownBy(
                        () -> new CandleAggregator(Timeframe.FIVE_MINUTES, Timeframe.FIVE_MINUTES))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Candle flat(int index) {
        return candle(index, 10, 10, 10, 10, 1);
    }

    private static Candle candle(
            int index, double open, double high, double low, double close, double volume) {
        return new Candle(
                SYMBOL,
                Timeframe.FIVE_MINUTES,
                START + index * FIVE,
                open,
                high,
                low,
                close,
                volume);
    }
}
