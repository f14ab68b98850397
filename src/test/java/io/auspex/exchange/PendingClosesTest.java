package io.auspex.exchange;

import static io.auspex.exchange.ExchangeHarness.FIVE;
import static io.auspex.exchange.ExchangeHarness.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.exchange.PendingCloses.Placed;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import java.util.List;
import org.junit.jupiter.api.Test;

class PendingClosesTest {

    private static final Symbol AAA = new Symbol("AAA");
    private static final Symbol BBB = new Symbol("BBB");
    private static final Symbol CCC = new Symbol("CCC");

    private final CandleGenerator truth = new CandleGenerator(1, FIVE);
    private final PendingCloses pending =
            new PendingCloses("x", FIVE, List.of(CCC, AAA, BBB), START + FIVE.millis());

    @Test
    void aCloseIsReadyWhenEverySymbolIsThereInWhateverOrderTheyCame() {
        assertThat(pending.put(candle(CCC, 0))).isEqualTo(Placed.WAITS);
        assertThat(pending.put(candle(AAA, 1))).isEqualTo(Placed.WAITS);
        assertThat(pending.put(candle(AAA, 0))).isEqualTo(Placed.WAITS);
        assertThat(pending.missing()).containsExactly(BBB);
        assertThat(pending.put(candle(BBB, 0))).isEqualTo(Placed.WAITS);
        assertThat(pending.isReady()).isTrue();
        assertThat(pending.take())
                .contains(
                        new MarketClose(
                                "x",
                                START + FIVE.millis(),
                                List.of(candle(AAA, 0), candle(BBB, 0), candle(CCC, 0))));
        assertThat(pending.missing()).containsExactly(BBB, CCC);
    }

    @Test
    void theFirstVersionStaysWhetherItWaitsOrHasGone() {
        pending.put(candle(AAA, 0));
        assertThat(pending.put(candle(AAA, 0))).isEqualTo(Placed.KNOWN);
        assertThat(pending.put(truth.corrected(AAA, START))).isEqualTo(Placed.DIFFERS);
        assertThat(pending.take().orElseThrow().candles()).containsExactly(candle(AAA, 0));
        assertThat(pending.put(candle(AAA, 0))).isEqualTo(Placed.KNOWN);
        assertThat(pending.put(truth.corrected(AAA, START))).isEqualTo(Placed.LATE);
        assertThat(pending.put(candle(BBB, 0))).isEqualTo(Placed.LATE);
    }

    @Test
    void whatNobodyAskedForOrIsTooFarAheadIsNotKept() {
        assertThat(pending.put(candle(new Symbol("DDD"), 0))).isEqualTo(Placed.UNWANTED);
        assertThat(pending.put(candle(AAA, PendingCloses.MOST_WAITING))).isEqualTo(Placed.UNWANTED);
        assertThat(pending.put(candle(AAA, PendingCloses.MOST_WAITING - 1)))
                .isEqualTo(Placed.WAITS);
    }

    @Test
    void aSymbolThatIsQuietIsNotWaitedForUntilItSpeaks() {
        for (int i = 0; i < PendingCloses.QUIET_AFTER; i++) {
            pending.put(candle(AAA, i));
            pending.put(candle(BBB, i));
            assertThat(pending.missing()).containsExactly(CCC);
            pending.isAbsent(CCC);
            assertThat(pending.isReady()).isTrue();
            assertThat(pending.without()).containsExactly(CCC);
            pending.take();
        }
        int next = PendingCloses.QUIET_AFTER;
        pending.put(candle(AAA, next));
        pending.put(candle(BBB, next));
        assertThat(pending.isReady()).isTrue();
        // It speaks: from now on it is waited for again.
        pending.put(candle(CCC, next));
        pending.take();
        pending.put(candle(AAA, next + 1));
        pending.put(candle(BBB, next + 1));
        assertThat(pending.missing()).containsExactly(CCC);
    }

    @Test
    void aCloseThatNobodyHasIsPassedOver() {
        List.of(AAA, BBB, CCC).forEach(pending::isAbsent);
        assertThat(pending.isReady()).isTrue();
        assertThat(pending.take()).isEmpty();
        assertThat(pending.nextCloseMillis()).isEqualTo(START + 2 * FIVE.millis());
        assertThat(pending.missing()).containsExactly(AAA, BBB, CCC);
    }

    private Candle candle(Symbol symbol, int index) {
        return truth.candle(symbol, START + index * FIVE.millis());
    }
}
