package io.auspex.ingest;

import static io.auspex.ingest.CandleFolder.closeTime;
import static io.auspex.ingest.CandleFolder.numbers;
import static io.auspex.ingest.CandleFolder.row;
import static io.auspex.ingest.CandleFolder.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayFeedTest {

    @TempDir Path temp;
    private CandleFolder folder;

    @BeforeEach
    void makeFolder() throws Exception {
        folder = new CandleFolder(Files.createDirectory(temp.resolve("candles")));
    }

    @Test
    void namesItselfAndWhatItOffers() throws Exception {
        folder.with("ETHBTC-5m.csv", rows(0, 3)).with("ADABTC-5m.csv", rows(0, 3));

        ReplayFeed feed = new ReplayFeed(folder.path(), 0.6, timeframe -> {});

        assertThat(feed.identity()).isEqualTo("replay:candles");
        assertThat(feed.timeframe()).isEqualTo(Timeframe.FIVE_MINUTES);
        assertThat(feed.symbols()).containsExactly(new Symbol("ADABTC"), new Symbol("ETHBTC"));
    }

    @Test
    void readsEveryColumnIntoItsPlace() throws Exception {
        RecordingListener heard =
                folder.with("ETHBTC-5m.csv", "1515560100000,2,4,1,3,5.5").replay();

        assertThat(heard.candles())
                .containsExactly(
                        new Candle(
                                new Symbol("ETHBTC"),
                                Timeframe.FIVE_MINUTES,
                                1_515_560_100_000L,
                                2,
                                4,
                                1,
                                3,
                                5.5));
        assertThat(heard.refused).isEmpty();
        assertThat(heard.ends).isEqualTo(1);
    }

    @Test
    void mergesSymbolsInTimeOrderAcrossGaps() throws Exception {
        RecordingListener heard =
                folder.with("CCC-5m.csv", row(1), row(2), row(5))
                        .with("AAA-5m.csv", row(0), row(2), row(3))
                        .with("BBB-5m.csv", row(2), row(6))
                        .replay();

        assertThat(heard.closes())
                .extracting(MarketClose::closeTimeMillis)
                .containsExactly(
                        closeTime(0),
                        closeTime(1),
                        closeTime(2),
                        closeTime(3),
                        closeTime(5),
                        closeTime(6));
        assertThat(heard.closes())
                .extracting(close ->
                        String.join(
                                " ",
                                close.candles().stream()
                                        .map(candle -> candle.symbol().name())
                                        .toList()))
                .containsExactly("AAA", "CCC", "AAA BBB CCC", "AAA", "CCC", "BBB");
        assertThat(heard.closes()).allMatch(close -> close.feed().equals("replay:candles"));
    }

    @Test
    void givesTheFirstShareOfTheTimeSpanAsHistoryAndPacesTheRest() throws Exception {
        folder.with("AAA-5m.csv", rows(0, 100)).with("BBB-5m.csv", rows(20, 90));
        List<Timeframe> waits = new ArrayList<>();
        RecordingListener heard = new RecordingListener();

        new ReplayFeed(folder.path(), 0.6, waits::add).run(Long.MIN_VALUE, heard);

        assertThat(heard.history).hasSize(60);
        assertThat(heard.live).hasSize(40);
        assertThat(heard.completed).containsExactly(closeTime(59));
        assertThat(heard.fractions).isSorted().allMatch(fraction -> fraction > 0);
        assertThat(heard.fractions.getFirst()).isEqualTo(1 / 60.0);
        assertThat(heard.fractions.getLast()).isEqualTo(1.0);
        assertThat(waits).hasSize(40).containsOnly(Timeframe.FIVE_MINUTES);
        assertThat(heard.ends).isEqualTo(1);
    }

    @Test
    void takesAllOrNothingAsHistoryWhenAskedTo() throws Exception {
        folder.with("AAA-5m.csv", rows(0, 10));

        RecordingListener nothing = folder.replay(0, Long.MIN_VALUE);
        RecordingListener all = folder.replay(1, Long.MIN_VALUE);

        assertThat(nothing.history).isEmpty();
        assertThat(nothing.live).hasSize(10);
        assertThat(nothing.completed).containsExactly(CandleFolder.START);
        assertThat(all.history).hasSize(10);
        assertThat(all.live).isEmpty();
        assertThat(all.completed).containsExactly(closeTime(9));
    }

    @Test
    void resumesAtAnyPointAsIfItHadNeverStopped() throws Exception {
        folder.with("AAA-5m.csv", row(0), row(1), row(2), row(5), row(6), row(7), row(8), row(9))
                .with("BBB-5m.csv", rows(3, 9));
        RecordingListener whole = folder.replay(0.6, Long.MIN_VALUE);

        for (int stop = 0; stop < 10; stop++) {
            long after = closeTime(stop);
            RecordingListener resumed = folder.replay(0.6, after);
            assertThat(resumed.history)
                    .isEqualTo(
                            whole.history.stream()
                                    .filter(close -> close.closeTimeMillis() > after)
                                    .toList());
            assertThat(resumed.live)
                    .isEqualTo(
                            whole.live.stream()
                                    .filter(close -> close.closeTimeMillis() > after)
                                    .toList());
            assertThat(resumed.completed).containsExactly(Math.max(closeTime(5), after));
            assertThat(resumed.ends).isEqualTo(1);
        }
    }

    @Test
    void readsOnlyTheSmallestTimeframeAndRefusesTheOthersByName() throws Exception {
        folder.with("AAA-5m.csv", rows(0, 4))
                .with("AAA-1h.csv", rows(0, 0))
                .with("B-5m.csv", row(0));

        RecordingListener heard = folder.replay();

        assertThat(numbers(heard, "AAA")).containsExactly(0, 1, 2, 3);
        assertThat(heard.refused).hasSize(2).allMatch(row -> row.line() == 0);
        assertThat(heard.refused)
                .extracting(RefusedRow::file)
                .containsExactlyInAnyOrder("AAA-1h.csv", "B-5m.csv");
        assertThat(heard.refused)
                .anyMatch(row -> row.reason().contains("timeframe 1h is not read"))
                .anyMatch(row -> row.reason().contains("symbol must be"));
    }

    @Test
    void takesALargerTimeframeWhenTheSmallerFilesHoldNothing() throws Exception {
        folder.with("AAA-1m.csv", "this is no row").with("BBB-5m.csv", rows(0, 2));

        ReplayFeed feed = new ReplayFeed(folder.path(), 1, timeframe -> {});
        RecordingListener heard = folder.replay();

        assertThat(feed.timeframe()).isEqualTo(Timeframe.FIVE_MINUTES);
        assertThat(heard.candles()).hasSize(2);
        assertThat(heard.refused)
                .containsExactly(new RefusedRow("AAA-1m.csv", 2, "1 columns instead of 6"));
    }

    @Test
    void readsTheFirstOfTwoFilesForOneSymbol() throws Exception {
        folder.with("AAA-5m.csv", rows(0, 2))
                .with("AAA-5m.csv.gz", CandleFolder.gzip(CandleFolder.text(rows(0, 5))));

        RecordingListener heard = folder.replay();

        assertThat(numbers(heard, "AAA")).containsExactly(0, 1);
        assertThat(heard.refused)
                .containsExactly(
                        new RefusedRow(
                                "AAA-5m.csv.gz", 0, "the same symbol and timeframe as AAA-5m.csv"));
    }

    @Test
    void leavesOtherFilesOfTheFolderAlone() throws Exception {
        folder.with("AAA-5m.csv", rows(0, 1))
                .with("README.md", new byte[] {1})
                .with(".AAA-5m.csv", new byte[] {1});

        assertThat(folder.replay().refused).isEmpty();
    }

    @Test
    void saysWhatToDoWithoutAFolder() {
        assertThatThrownBy(() -> new ReplayFeed(temp.resolve("absent"), 0.6, timeframe -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is no folder")
                .hasMessageContaining("give a folder with files <SYMBOL>-<timeframe>.csv");
    }

    @Test
    void saysWhyNoFileIsUsable() throws Exception {
        folder.with("AAA-5m.csv", new byte[0])
                .with("nonsense.csv", rows(0, 3))
                .with("BBB-5m.csv", "1,2,3");

        assertThatThrownBy(() -> folder.replay())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no usable candle file")
                .hasMessageContaining("AAA-5m.csv line 0: the file is empty")
                .hasMessageContaining("BBB-5m.csv line 2: 3 columns instead of 6")
                .hasMessageContaining("nonsense.csv line 0: file name must be");
    }

    @Test
    void refusesAShareOutsideZeroToOne() throws Exception {
        folder.with("AAA-5m.csv", rows(0, 1));

        assertThatThrownBy(() -> folder.replay(1.01, 0)).hasMessageContaining("history must be");
        assertThatThrownBy(() -> folder.replay(Double.NaN, 0))
                .hasMessageContaining("history must be");
    }

    @Test
    void stopsWhenItsThreadIsInterrupted() throws Exception {
        folder.with("AAA-5m.csv", rows(0, 10));
        RecordingListener heard = new RecordingListener(3);
        ReplayFeed feed = new ReplayFeed(folder.path(), 0.5, timeframe -> {});

        assertThatThrownBy(() -> feed.run(Long.MIN_VALUE, heard))
                .isInstanceOf(InterruptedException.class);

        assertThat(heard.live).hasSize(3);
        assertThat(heard.ends).isZero();
    }

    @Test
    void replaysRealCandlesWithoutLoss() throws Exception {
        URI sample = ReplayFeedTest.class.getResource("/replay-small").toURI();
        CandleFolder real = new CandleFolder(Path.of(sample));

        RecordingListener heard = real.replay(0.6, Long.MIN_VALUE);

        assertThat(heard.candles()).hasSize(1_200);
        assertThat(heard.refused).isEmpty();
        assertThat(heard.history.getFirst().candles().getFirst())
                .isEqualTo(
                        new Candle(
                                new Symbol("ETHBTC"),
                                Timeframe.FIVE_MINUTES,
                                1_515_560_100_000L,
                                0.0984,
                                0.0994766,
                                0.09828605,
                                0.0994766,
                                1820.54447418));
    }
}
