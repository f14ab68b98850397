package io.auspex.signals;

import static io.auspex.signals.PendingSignals.close;
import static io.auspex.signals.PendingSignals.signal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.auspex.platform.Await;
import io.auspex.platform.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class SignalLedgerTest {

    @Inject SignalLedger ledger;
    @Inject DataSource jdbc;

    @Test
    void keepsASignalAsItWasDecided() {
        double expected = Math.PI * 1e-3;
        Signal stored = append(List.of(signal("kept", 0, "ETHBTC", expected))).getFirst();

        Signal read = Await.item(() -> ledger.signal(stored.id())).orElseThrow();
        assertThat(read).isEqualTo(stored);
        assertThat(read.id()).isEqualTo(read.epoch() + "-" + read.seq());
        assertThat(read.symbol()).isEqualTo(new Symbol("ETHBTC"));
        assertThat(read.timeframe()).isEqualTo(Timeframe.FIVE_MINUTES);
        assertThat(read.closeTime()).isEqualTo(Instant.ofEpochMilli(PendingSignals.FIRST_CLOSE));
        assertThat(read.action()).isEqualTo(Action.BUY);
        assertThat(read.confidence()).isEqualTo(0.25);
        assertThat(read.heads()).isEqualTo(Map.of(Head.P_UP, 0.25, Head.EXPECTED_RETURN, expected));
    }

    @Test
    void keepsAnAbstentionWithoutHeadsAndConfidence() {
        PendingSignal decided = signal("abstains", 0, "ETHBTC", 0);
        PendingSignal abstained =
                new PendingSignal(
                        decided.feed(),
                        decided.model(),
                        decided.version(),
                        decided.schemaHash(),
                        decided.symbol(),
                        decided.timeframe(),
                        decided.closeTimeMillis(),
                        decided.closePrice(),
                        Decision.abstain("warming up"),
                        Map.of(),
                        true);
        Signal stored = append(List.of(abstained)).getFirst();
        assertThat(stored.action()).isEqualTo(Action.ABSTAIN);
        assertThat(stored.reason()).isEqualTo("warming up");
        assertThat(stored.confidence()).isNull();
        assertThat(stored.heads()).isEmpty();
        assertThat(stored.unproven()).isTrue();
    }

    @Test
    void numbersTheSignalsOfACloseInTheOrderGivenAndWithoutAGap() {
        long before = head();
        List<Signal> first = append(close("numbered", 0, "ADABTC", "ETHBTC", "BNBBTC"));
        List<Signal> second = append(close("numbered", 1, "ADABTC", "ETHBTC"));
        assertThat(first)
                .extracting(Signal::seq)
                .containsExactly(before + 1, before + 2, before + 3);
        assertThat(first)
                .extracting(s -> s.symbol().name())
                .containsExactly("ADABTC", "ETHBTC", "BNBBTC");
        assertThat(second).extracting(Signal::seq).containsExactly(before + 4, before + 5);
        assertThat(head()).isEqualTo(before + 5);
    }

    @Test
    void appendingAgainReturnsWhatIsStoredAndTakesNoNumber() {
        List<Signal> first = append(close("again", 0, "ADABTC", "ETHBTC"));
        long head = head();
        List<Signal> again = append(close("again", 0, "ADABTC", "ETHBTC"));
        assertThat(again).isEqualTo(first);
        assertThat(head()).isEqualTo(head);
    }

    @Test
    void appendingAgainWithMoreStoresTheRestOnly() {
        List<Signal> first = append(close("rest", 0, "ADABTC", "ETHBTC"));
        long head = head();
        List<Signal> again = append(close("rest", 0, "ADABTC", "BNBBTC", "ETHBTC", "LTCBTC"));
        assertThat(again).hasSize(4).containsAll(first);
        assertThat(again).extracting(Signal::seq).endsWith(head + 1, head + 2);
        assertThat(head()).isEqualTo(head + 2);
    }

    @Test
    void concurrentAppendersOfTheSameClosesStoreEachOnceAndLeaveNoGap() throws Exception {
        int closes = 40;
        int appenders = 4;
        long before = head();
        CyclicBarrier start = new CyclicBarrier(appenders);
        List<List<Signal>> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Signal>>> running = new ArrayList<>();
            for (int appender = 0; appender < appenders; appender++) {
                running.add(
                        threads.submit(() -> {
                            List<Signal> seen = new ArrayList<>();
                            for (int close = 0; close < closes; close++) {
                                start.await();
                                seen.addAll(append(close("raced", close, "AAA", "BBB", "CCC")));
                            }
                            return seen;
                        }));
            }
            for (Future<List<Signal>> appender : running) {
                results.add(appender.get());
            }
        }
        assertThat(results).allSatisfy(seen -> assertThat(seen).isEqualTo(results.getFirst()));
        assertNoGap(before, 3L * closes);
    }

    @Test
    void concurrentAppendersOfDifferentClosesShareOneSequence() throws Exception {
        long before = head();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int appender = 0; appender < 4; appender++) {
                String model = "shared-" + appender;
                running.add(
                        threads.submit(() -> {
                            for (int close = 0; close < 25; close++) {
                                append(close(model, close, "AAA", "BBB"));
                            }
                        }));
            }
            for (Future<?> appender : running) {
                appender.get();
            }
        }
        assertNoGap(before, 200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update signal set action = 'SELL' where model = 'fixed'",
                "delete from signal where model = 'fixed'",
                "truncate signal cascade"
            })
    void theDatabaseRefusesToChangeOrForget(String statement) throws SQLException {
        append(close("fixed", 0, "ETHBTC"));
        try (Connection connection = jdbc.getConnection();
                Statement change = connection.createStatement()) {
            assertThatThrownBy(() -> change.executeUpdate(statement))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("append-only");
        }
    }

    @Test
    void aRefusedAppendTakesNoNumber() {
        long before = head();
        PendingSignal signal = signal("refused", 0, "ETHBTC", 0);
        PendingSignal impossible =
                new PendingSignal(
                        signal.feed(),
                        signal.model(),
                        signal.version(),
                        signal.schemaHash(),
                        signal.symbol(),
                        signal.timeframe(),
                        signal.closeTimeMillis(),
                        signal.closePrice(),
                        Decision.abstain("a zero byte \0 is no text for PostgreSQL"),
                        signal.heads(),
                        signal.unproven());
        assertThatThrownBy(() -> append(List.of(impossible)));
        assertThat(head()).isEqualTo(before);
    }

    @Test
    void twoSignalsOfTheSameKeyInOneAppendAreRefused() {
        assertThatThrownBy(() -> append(close("twice", 0, "ETHBTC", "ETHBTC")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two signals");
    }

    @Test
    void readsOnFromASequenceNumberAllOrOfASymbol() {
        long before = head();
        append(close("read", 0, "READA", "READB"));
        append(close("read", 1, "READA", "READB"));
        assertThat(Await.item(() -> ledger.after(null, before, 3)))
                .extracting(Signal::seq)
                .containsExactly(before + 1, before + 2, before + 3);
        assertThat(Await.item(() -> ledger.after(new Symbol("READB"), before, 10)))
                .extracting(Signal::seq)
                .containsExactly(before + 2, before + 4);
        assertThat(Await.item(() -> ledger.after(new Symbol("READB"), before + 2, 10)))
                .extracting(Signal::seq)
                .containsExactly(before + 4);
        assertThat(Await.item(() -> ledger.newest(null, 2)))
                .extracting(Signal::seq)
                .containsExactly(before + 3, before + 4);
        assertThat(Await.item(() -> ledger.newest(new Symbol("READA"), 1)))
                .extracting(Signal::seq)
                .containsExactly(before + 3);
        assertThat(Await.item(() -> ledger.signal("nobody"))).isEmpty();
    }

    @Test
    void findsTheNewestOfEverySymbol() {
        append(close("latest", 0, "LATA", "LATB"));
        List<Signal> newest = append(close("latest", 1, "LATA"));
        List<Signal> latest = Await.item(() -> ledger.latestOfEachSymbol(1_000));
        assertThat(latest).extracting(Signal::symbol).doesNotHaveDuplicates();
        assertThat(latest).contains(newest.getFirst());
        assertThat(latest)
                .filteredOn(s -> s.symbol().name().equals("LATB"))
                .singleElement()
                .satisfies(s -> assertThat(s.model()).isEqualTo("latest"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, SignalLedger.MAX_BATCH + 1})
    void aReadIsBounded(int limit) {
        assertThatThrownBy(() -> ledger.after(null, 0, limit))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private void assertNoGap(long before, long added) {
        assertThat(head()).isEqualTo(before + added);
        assertThat(Await.item(() -> ledger.after(null, before, SignalLedger.MAX_BATCH)))
                .extracting(Signal::seq)
                .isEqualTo(LongStream.rangeClosed(before + 1, before + added).boxed().toList());
    }

    private List<Signal> append(List<PendingSignal> signals) {
        return Await.item(() -> ledger.append(signals));
    }

    private long head() {
        return Await.item(ledger::head);
    }
}
