package io.auspex.feedback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.auspex.dataset.Targets;
import io.auspex.feedback.OutcomeStore.Judged;
import io.auspex.feedback.OutcomeStore.Stream;
import io.auspex.ingest.CandleStore;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import io.auspex.model.TargetSpec;
import io.auspex.platform.Await;
import io.auspex.platform.PostgresResource;
import io.auspex.signals.Action;
import io.auspex.signals.Decision;
import io.auspex.signals.PendingSignal;
import io.auspex.signals.Signal;
import io.auspex.signals.SignalLedger;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Outcomes in a real database, each test with a feed of its own. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class OutcomesTest {

    private static final long STEP = Timeframe.FIVE_MINUTES.millis();
    private static final long FIRST = 1_700_000_100_000L;
    private static final Symbol ADA = new Symbol("ADABTC");
    private static final Symbol ETH = new Symbol("ETHBTC");
    private static final int HORIZON = 24;

    @Inject SignalLedger ledger;
    @Inject CandleStore candles;
    @Inject OutcomeStore store;
    @Inject DataSource jdbc;

    @Test
    void whatBecameDueWhileNobodyRanIsWrittenFromStoredCandles() {
        String feed = "replay:outcomes-down";
        double[] ada = prices(1, 40);
        double[] eth = prices(2, 40);
        // The candle that the signal of close 2 waits for was lost.
        eth[2 + HORIZON] = Double.NaN;
        store(feed, 0, 10, ada, eth);
        List<Signal> signals = signals(feed, 0, 6, ada, eth);
        List<Judged> first = write(feed, TargetSpec.standard());
        assertThat(first).isEmpty();

        store(feed, 10, 29, ada, eth);
        List<Judged> written = write(feed, TargetSpec.standard());
        // The last stored close is 28; a close is whole for certain when another is after it.
        assertThat(written).hasSize(8);
        Map<String, SignalOutcome> known = outcomes(signals);
        assertThat(known).hasSize(8);
        for (Signal signal : signals) {
            int close = (int) ((signal.closeTime().toEpochMilli() - FIRST) / STEP);
            SignalOutcome outcome = known.get(signal.id());
            if (close > 3) {
                assertThat(outcome).isNull();
            } else if (close == 2 && signal.symbol().equals(ETH)) {
                assertThat(outcome.realisedReturn()).isNull();
                assertThat(outcome.wentUp()).isNull();
                assertThat(outcome.reason())
                        .isEqualTo(
                                "there is no candle of ETHBTC that closes at "
                                        + Instant.ofEpochMilli(FIRST + 26 * STEP));
            } else {
                double[] prices = signal.symbol().equals(ADA) ? ada : eth;
                double change = prices[close + HORIZON] / prices[close] - 1;
                assertThat(outcome.realisedReturn()).isEqualTo(change, within(1e-12));
                assertThat(outcome.wentUp()).isEqualTo(change > 0.01);
                assertThat(outcome.wentDown()).isEqualTo(change < -0.01);
                assertThat(outcome.stopped()).isEqualTo(change < -0.05);
                assertThat(outcome.outcomeTime())
                        .isEqualTo(signal.closeTime().plusMillis(HORIZON * STEP));
                assertThat(outcome.reason()).isNull();
            }
        }
    }

    @Test
    void writingAgainChangesNothing() {
        String feed = "replay:outcomes-again";
        double[] ada = prices(3, 40);
        double[] eth = prices(4, 40);
        store(feed, 0, 36, ada, eth);
        List<Signal> signals = signals(feed, 0, 6, ada, eth);
        assertThat(write(feed, TargetSpec.standard())).hasSize(12);
        Map<String, SignalOutcome> before = outcomes(signals);
        assertThat(write(feed, TargetSpec.standard())).isEmpty();

        // Another process that knows nothing of the first: the database keeps what is there.
        Stream stream = new Stream(feed, feed);
        List<SignalOutcome> other =
                before.values().stream()
                        .map(o -> SignalOutcome.unknown(o.signalId(), o.outcomeTime(), "other"))
                        .toList();
        assertThat(Await.item(() -> store.write(stream, other, 0))).isZero();
        assertThat(outcomes(signals)).isEqualTo(before);
        assertThat(Await.item(store::cursors)).containsEntry(stream, FIRST + 5 * STEP);
    }

    /** The labels that the model was trained on are the oracle. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anOutcomeIsTheTrainingLabelOfItsClose(boolean scaled) {
        String feed = "replay:outcomes-labels-" + scaled;
        TargetSpec spec = new TargetSpec(6, 0.5, 0.5, 1.5, true, 12);
        TargetSpec targets = scaled ? spec : new TargetSpec(6, 0.005, 0.005, 0.02, false, 12);
        int closes = 80;
        double[] ada = prices(5, closes);
        double[] eth = prices(6, closes);
        ada[30] = Double.NaN;
        store(feed, 0, closes, ada, eth);
        List<Signal> signals = signals(feed, 1, 29, ada, eth);
        write(feed, targets);
        Map<String, SignalOutcome> known = outcomes(signals);
        for (Symbol symbol : List.of(ADA, ETH)) {
            double[] prices = symbol.equals(ADA) ? ada : eth;
            long[] times = new long[closes];
            double[] there = new double[closes];
            int n = 0;
            for (int i = 0; i < closes; i++) {
                if (!Double.isNaN(prices[i])) {
                    times[n] = FIRST + i * STEP;
                    there[n++] = prices[i];
                }
            }
            float[] labels =
                    Targets.of(
                            targets,
                            Timeframe.FIVE_MINUTES,
                            Arrays.copyOf(times, n),
                            Arrays.copyOf(there, n));
            for (Signal signal : signals) {
                if (signal.symbol().equals(symbol)) {
                    int row = Arrays.binarySearch(times, 0, n, signal.closeTime().toEpochMilli());
                    SignalOutcome outcome = known.get(signal.id());
                    assertThat(label(outcome.wentUp())).isEqualTo(Float.valueOf(labels[row * 4]));
                    assertThat(label(outcome.wentDown()))
                            .isEqualTo(Float.valueOf(labels[row * 4 + 1]));
                    assertThat(label(outcome.stopped()))
                            .isEqualTo(Float.valueOf(labels[row * 4 + 3]));
                    Double change = outcome.realisedReturn();
                    assertThat(change == null ? Float.NaN : change.floatValue())
                            .isEqualTo(Float.valueOf(labels[row * 4 + 2]));
                    assertThat(outcome.reason() == null).isEqualTo(outcome.wentUp() != null);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update signal_outcome set reason = null",
                "delete from signal_outcome",
                "truncate signal_outcome",
                "insert into signal_outcome (signal_id, outcome_time) values ('nobody', 0)"
            })
    void theDatabaseRefusesToChangeForgetOrInvent(String statement) throws SQLException {
        String feed = "replay:outcomes-fixed-" + statement.hashCode();
        double[] prices = prices(7, 40);
        store(feed, 0, 36, prices, prices);
        signals(feed, 0, 1, prices, prices);
        assertThat(write(feed, TargetSpec.standard())).hasSize(2);
        try (Connection connection = jdbc.getConnection();
                Statement change = connection.createStatement()) {
            assertThatThrownBy(() -> change.executeUpdate(statement))
                    .isInstanceOf(SQLException.class);
        }
    }

    /** A writer as a new process has it. */
    private List<Judged> write(String feed, TargetSpec targets) {
        ModelSpec standard =
                ModelSpec.standard(
                        "unused", new MarketSpec(feed, List.of(), Timeframe.FIVE_MINUTES));
        ModelSpec spec =
                new ModelSpec(
                        standard.name(),
                        standard.market(),
                        standard.features(),
                        targets,
                        standard.trainer(),
                        standard.validation(),
                        standard.gate(),
                        standard.windowCandles());
        OutcomeWriter writer = new OutcomeWriter(store, candles);
        var _ = writer.restore();
        List<Judged> written = new ArrayList<>();
        writer.write(new Stream(feed, feed), spec, Long.MIN_VALUE, written::addAll);
        return written;
    }

    private Map<String, SignalOutcome> outcomes(List<Signal> signals) {
        return Await.item(() -> store.outcomes(signals.stream().map(Signal::id).toList()));
    }

    /** Signals of a model that is named after its feed. */
    private List<Signal> signals(String feed, int from, int to, double[] ada, double[] eth) {
        List<Signal> signals = new ArrayList<>();
        for (int i = from; i < to; i++) {
            List<PendingSignal> pending =
                    List.of(pending(feed, ADA, i, ada[i]), pending(feed, ETH, i, eth[i]));
            signals.addAll(Await.item(() -> ledger.append(pending)));
        }
        return signals;
    }

    private static PendingSignal pending(String feed, Symbol symbol, int close, double price) {
        return new PendingSignal(
                feed,
                feed,
                1,
                "0123456789abcdef",
                symbol,
                Timeframe.FIVE_MINUTES,
                FIRST + close * STEP,
                price,
                new Decision(Action.BUY, "a rise is likelier", 0.25),
                Map.of(Head.P_UP, 0.25, Head.P_DOWN, 0.2),
                false);
    }

    private void store(String feed, int from, int to, double[] ada, double[] eth) {
        List<MarketClose> closes = new ArrayList<>();
        for (int i = from; i < to; i++) {
            List<Candle> there = new ArrayList<>();
            if (!Double.isNaN(ada[i])) {
                there.add(candle(ADA, i, ada[i]));
            }
            if (!Double.isNaN(eth[i])) {
                there.add(candle(ETH, i, eth[i]));
            }
            closes.add(new MarketClose(feed, FIRST + i * STEP, there));
        }
        candles.storeAndAwait(closes);
    }

    private static Candle candle(Symbol symbol, int close, double price) {
        return new Candle(
                symbol,
                Timeframe.FIVE_MINUTES,
                FIRST + (close - 1) * STEP,
                price,
                price,
                price,
                price,
                1);
    }

    private static double[] prices(long seed, int closes) {
        Random random = new Random(seed);
        double[] prices = new double[closes];
        double price = 1;
        for (int i = 0; i < closes; i++) {
            price *= Math.exp(0.004 * random.nextGaussian());
            prices[i] = price;
        }
        return prices;
    }

    private static float label(Boolean value) {
        return value == null ? Float.NaN : value ? 1 : 0;
    }
}
