package io.auspex.retraining;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.ingest.SimulatedMarket;
import io.auspex.ingest.SimulatedMarketGenerator;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.market.Timeframe;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackedClosesTest {

    private static final Timeframe STEP = Timeframe.FIVE_MINUTES;

    /** Fewer than fill a chunk, exactly one, and one more; some closes lack symbols. */
    @ParameterizedTest
    @ValueSource(ints = {1, 127, 128, 129, 300})
    void whatGoesInComesOutAsOftenAsOneLikes(int count) {
        List<MarketClose> closes = closes(count);
        PackedCloses packed =
                PackedCloses.read(of(closes), closes.getFirst().feed(), STEP, 0, Long.MAX_VALUE);
        assertThat(packed.isEmpty()).isFalse();
        assertThat(packed.lastCloseMillis()).isEqualTo(closes.getLast().closeTimeMillis());
        assertThat(packed).containsExactlyElementsOf(closes);
        assertThat(packed).containsExactlyElementsOf(closes);
    }

    @Test
    void nothingHasNoLastClose() {
        PackedCloses none = PackedCloses.none("nowhere", STEP);
        assertThat(none.isEmpty()).isTrue();
        assertThat(none).isEmpty();
        assertThatThrownBy(none::lastCloseMillis).isInstanceOf(NoSuchElementException.class);
    }

    private static List<MarketClose> closes(int count) {
        SimulatedMarketGenerator market =
                new SimulatedMarketGenerator(new SimulatedMarket(3, 1.0, 4, 30, STEP, 0));
        List<MarketClose> closes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            MarketClose close = market.next();
            int from = i % 3;
            closes.add(
                    new MarketClose(
                            close.feed(),
                            close.closeTimeMillis(),
                            close.candles().subList(from, from + 1 + i % 2)));
        }
        return closes;
    }

    private static CandleHistory of(List<MarketClose> closes) {
        return new CandleHistory() {
            @Override
            public List<MarketClose> closes(
                    String feed, Timeframe timeframe, long from, long toInclusive) {
                return closes;
            }

            @Override
            public OptionalLong lastClose(String feed, Timeframe timeframe) {
                return OptionalLong.of(closes.getLast().closeTimeMillis());
            }
        };
    }
}
