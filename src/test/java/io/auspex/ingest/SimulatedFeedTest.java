package io.auspex.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulatedFeedTest {

    private static final SimulatedMarket MARKET =
            new SimulatedMarket(7, 1, 5, 2, Timeframe.FIVE_MINUTES, 0);
    private static final int HISTORY = 2 * 288;

    @Test
    void namesItselfByItsSeedAndByAStrengthOtherThanTheDefault() {
        assertThat(feed(MARKET).identity()).isEqualTo("simulated:7");
        assertThat(feed(MARKET.withStrength(0)).identity()).isEqualTo("simulated:7:0.0");
        assertThat(feed(MARKET).timeframe()).isEqualTo(Timeframe.FIVE_MINUTES);
        assertThat(feed(MARKET).symbols())
                .extracting(Symbol::name)
                .containsExactly("ADASIM", "BTCSIM", "ETHSIM", "LTCSIM", "XLMSIM");
    }

    @Test
    void givesItsDaysOfHistoryAndThenPacedLiveClosesWithoutEnd() {
        List<Timeframe> waits = new ArrayList<>();
        RecordingListener heard = new RecordingListener(100);

        interrupted(new SimulatedFeed(MARKET, waits::add), Long.MIN_VALUE, heard);

        assertThat(heard.history).hasSize(HISTORY);
        assertThat(heard.fractions).isSorted();
        assertThat(heard.fractions.getFirst()).isEqualTo(1.0 / HISTORY);
        assertThat(heard.fractions.getLast()).isEqualTo(1.0);
        assertThat(heard.completed).containsExactly(closeTime(HISTORY));
        assertThat(heard.live).hasSize(100);
        assertThat(waits).hasSize(100);
        assertThat(heard.ends).isZero();
        for (int i = 0; i < HISTORY + 100; i++) {
            assertThat(heard.closes().get(i).closeTimeMillis()).isEqualTo(closeTime(i + 1));
        }
    }

    @Test
    void endsAfterItsDaysOfLiveClosesWhenItHasThem() throws Exception {
        RecordingListener heard = new RecordingListener(1_000);

        new SimulatedFeed(MARKET, _ -> {}, 1).run(Long.MIN_VALUE, heard);

        assertThat(heard.history).hasSize(HISTORY);
        assertThat(heard.live).hasSize(288);
        assertThat(heard.ends).isEqualTo(1);
    }

    @Test
    void isTheSameMarketUntilItsLawTurnsAndAnotherFromThenOn() {
        SimulatedMarket turning = MARKET.changingAfterDays(1);
        SimulatedMarketGenerator same = new SimulatedMarketGenerator(MARKET);
        SimulatedMarketGenerator other = new SimulatedMarketGenerator(turning);
        for (int i = 0; i < 288; i++) {
            assertThat(other.next().candles()).isEqualTo(same.next().candles());
        }
        assertThat(other.next().candles()).isNotEqualTo(same.next().candles());
        assertThat(turning.identity()).isEqualTo("simulated:7:changing-1");
    }

    @Test
    void resumesInTheHistoryOrLiveAsIfItHadNeverStopped() {
        RecordingListener whole = new RecordingListener(100);
        interrupted(feed(MARKET), Long.MIN_VALUE, whole);

        for (int stop : new int[] {1, 300, HISTORY - 1, HISTORY, HISTORY + 1, HISTORY + 60}) {
            RecordingListener resumed = new RecordingListener(100 - Math.max(0, stop - HISTORY));
            interrupted(feed(MARKET), closeTime(stop), resumed);

            assertThat(resumed.closes()).isEqualTo(whole.closes().subList(stop, HISTORY + 100));
            assertThat(resumed.history).hasSize(Math.max(0, HISTORY - stop));
            assertThat(resumed.completed).containsExactly(closeTime(Math.max(HISTORY, stop)));
        }
    }

    @Test
    void goesLiveAtOnceWithoutDaysOfHistory() {
        RecordingListener heard = new RecordingListener(3);

        interrupted(
                feed(new SimulatedMarket(7, 1, 5, 0, Timeframe.FIVE_MINUTES, 0)),
                Long.MIN_VALUE,
                heard);

        assertThat(heard.history).isEmpty();
        assertThat(heard.completed).containsExactly(SimulatedMarket.START_MILLIS);
        assertThat(heard.live).hasSize(3);
    }

    @Test
    void startsOverWithTheSameClosesInEveryRun() {
        SimulatedFeed feed = feed(MARKET);
        RecordingListener first = new RecordingListener(10);
        RecordingListener second = new RecordingListener(10);

        interrupted(feed, Long.MIN_VALUE, first);
        interrupted(feed, Long.MIN_VALUE, second);

        assertThat(second.closes()).isEqualTo(first.closes());
        assertThat(first.closes()).allMatch(close -> close.feed().equals("simulated:7"));
    }

    private static SimulatedFeed feed(SimulatedMarket market) {
        return new SimulatedFeed(market, timeframe -> {});
    }

    private static void interrupted(SimulatedFeed feed, long after, RecordingListener listener) {
        assertThatThrownBy(() -> feed.run(after, listener))
                .isInstanceOf(InterruptedException.class);
    }

    private static long closeTime(int closes) {
        return SimulatedMarket.START_MILLIS + closes * Timeframe.FIVE_MINUTES.millis();
    }
}
