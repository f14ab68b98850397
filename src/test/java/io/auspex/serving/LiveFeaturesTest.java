package io.auspex.serving;

import static io.auspex.serving.MemoryHistory.BTC;
import static io.auspex.serving.MemoryHistory.ETH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.features.FeatureEngine;
import io.auspex.features.FeatureSchema;
import io.auspex.features.FeatureSet;
import io.auspex.features.Readiness;
import io.auspex.market.CandlesRepaired;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class LiveFeaturesTest {

    private static final String FEED = "simulated:7";
    private static final MarketSpec MARKET =
            new MarketSpec("simulated", List.of(), Timeframe.FIVE_MINUTES);
    private static final FeatureSchema SCHEMA = FeatureSet.compact().schema(List.of(BTC, ETH));
    private static final FeatureSchema OTHER =
            FeatureSchema.of(List.of("rsi_14@5m", "momentum_24@5m"));

    private final MemoryHistory history = new MemoryHistory();
    private final LiveFeatures live = new LiveFeatures(history);

    @Test
    void vectorsAreThoseOfAnEngineThatSawEveryClose() throws Exception {
        SchemaUse use = live.prepare(SCHEMA, MARKET);
        history.filled(FEED, 1_500);
        for (int i = 0; i < 30; i++) {
            live.accept(history.store(history.next(FEED)));
            assertLikeTheReference(SCHEMA, history.all());
        }
        assertThat(live.market().orElseThrow().symbols()).containsExactly(BTC, ETH);
        use.close();
    }

    @Test
    void followingAFeedGivesVectorsBeforeItsFirstLiveClose() throws Exception {
        history.filled(FEED, 1_500);
        live.prepare(SCHEMA, MARKET);
        assertThat(live.vectors(SCHEMA.hash())).isEmpty();
        live.follow(FEED, Timeframe.FIVE_MINUTES);
        assertLikeTheReference(SCHEMA, history.all());
        assertThat(live.vector(SCHEMA.hash(), ETH).orElseThrow().readiness())
                .isInstanceOf(Readiness.Ready.class);
    }

    @Test
    void aFeedThatHandsOverWhatWasStoredWhenItWasFollowedIsNotCountedTwice() throws Exception {
        history.filled(FEED, 60);
        live.prepare(OTHER, MARKET);
        MarketClose stored = history.store(history.next(FEED));
        live.follow(FEED, Timeframe.FIVE_MINUTES);
        live.accept(stored);
        assertLikeTheReference(OTHER, history.all());
    }

    @Test
    void aCloseTakenAheadOfItsStoringHasTheVectorsThatItHasAfterwards() throws Exception {
        history.filled(FEED, 1_500);
        live.prepare(SCHEMA, MARKET);
        live.follow(FEED, Timeframe.FIVE_MINUTES);
        for (int i = 0; i < 30; i++) {
            MarketClose close = history.next(FEED);
            assertThat(live.acceptAhead(close)).isTrue();
            List<MarketClose> withIt = new ArrayList<>(history.all());
            withIt.add(close);
            assertLikeTheReference(SCHEMA, withIt);
            live.accept(history.store(close));
            assertLikeTheReference(SCHEMA, history.all());
        }
    }

    @Test
    void aSchemaPreparedWhileACloseIsBeingStoredHasItOnce() throws Exception {
        history.filled(FEED, 60);
        live.prepare(SCHEMA, MARKET);
        live.follow(FEED, Timeframe.FIVE_MINUTES);
        MarketClose unstored = history.next(FEED);
        assertThat(live.acceptAhead(unstored)).isTrue();
        live.prepare(OTHER, MARKET);
        live.accept(history.store(unstored));
        assertLikeTheReference(OTHER, history.all());
        live.accept(history.store(history.next(FEED)));
        assertLikeTheReference(OTHER, history.all());
    }

    @Test
    void aCloseThatWasTakenAheadAndIsNeverStoredIsInNoVector() throws Exception {
        history.filled(FEED, 60);
        live.prepare(OTHER, MARKET);
        live.follow(FEED, Timeframe.FIVE_MINUTES);
        MarketClose lost = history.next(FEED);
        assertThat(live.acceptAhead(lost)).isTrue();
        live.accept(history.store(history.next(FEED)));
        assertLikeTheReference(OTHER, history.all());

        MarketClose other = history.next(FEED);
        MarketClose refused = other.of(List.of(BTC)).orElseThrow();
        assertThat(live.acceptAhead(refused)).isTrue();
        live.accept(history.store(other));
        assertLikeTheReference(OTHER, history.all());

        assertThat(live.acceptAhead(history.next(FEED))).isTrue();
        live.follow(FEED, Timeframe.FIVE_MINUTES);
        assertLikeTheReference(OTHER, history.all());
    }

    @Test
    void nothingIsTakenAheadWhileTheStatesHaveToBeBuilt() throws Exception {
        MarketClose first = history.next(FEED);
        assertThat(live.acceptAhead(first)).isFalse();
        live.accept(history.store(first));
        live.prepare(OTHER, MARKET);
        live.repaired(new CandlesRepaired(FEED, Timeframe.FIVE_MINUTES, first.closeTimeMillis()));
        MarketClose second = history.next(FEED);
        assertThat(live.acceptAhead(second)).isFalse();
        live.accept(history.store(second));
        assertLikeTheReference(OTHER, history.all());
        assertThat(live.acceptAhead(history.next("simulated:8"))).isFalse();
        assertThatThrownBy(() -> live.acceptAhead(second))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aSchemaPreparedWhileTheFeedGoesOnMissesNothing() throws Exception {
        history.filled(FEED, 60);
        live.accept(history.store(history.next(FEED)));
        history.whileReading(() -> {
            live.accept(history.store(history.next(FEED)));
            live.accept(history.store(history.next(FEED)));
        });
        live.prepare(OTHER, MARKET);
        assertLikeTheReference(OTHER, history.all());
        live.accept(history.store(history.next(FEED)));
        assertLikeTheReference(OTHER, history.all());
    }

    @Test
    void aSchemaPreparedBetweenStoringAndAcceptingACloseHasItOnce() throws Exception {
        history.filled(FEED, 60);
        live.accept(history.store(history.next(FEED)));
        MarketClose stored = history.store(history.next(FEED));
        live.prepare(OTHER, MARKET);
        live.accept(stored);
        assertLikeTheReference(OTHER, history.all());
        live.accept(history.store(history.next(FEED)));
        assertLikeTheReference(OTHER, history.all());
    }

    @Test
    void preparingAndDroppingBesideARunningFeedNeverGivesAWrongVector() throws Exception {
        history.filled(FEED, 100);
        live.accept(history.store(history.next(FEED)));
        AtomicBoolean running = new AtomicBoolean(true);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> swaps =
                    threads.submit(() -> {
                        while (running.get()) {
                            try (SchemaUse _ = live.prepare(OTHER, MARKET)) {
                                assertThat(live.vector(OTHER.hash(), BTC)).isPresent();
                            }
                        }
                        return true;
                    });
            for (int i = 0; i < 300; i++) {
                live.accept(history.store(history.next(FEED)));
            }
            running.set(false);
            swaps.get();
        }
        assertThat(live.schemas()).isEmpty();
        live.prepare(OTHER, MARKET);
        assertLikeTheReference(OTHER, history.all());
    }

    @Test
    void candlesThatWereRepairedAreInTheVectorsFromTheNextCloseOn() throws Exception {
        history.filled(FEED, 1_500);
        live.prepare(SCHEMA, MARKET);
        live.follow(FEED, Timeframe.FIVE_MINUTES);
        MarketClose whole = history.next(FEED);
        live.accept(
                history.store(
                        new MarketClose(
                                FEED,
                                whole.closeTimeMillis(),
                                List.of(whole.candles().getFirst()))));
        live.accept(history.store(history.next(FEED)));

        history.repair(whole);
        live.repaired(
                new CandlesRepaired("other", Timeframe.FIVE_MINUTES, whole.closeTimeMillis()));
        live.accept(history.store(history.next(FEED)));
        Symbol holed = whole.candles().getLast().symbol();
        LiveVector stale = live.vector(SCHEMA.hash(), holed).orElseThrow();
        live.repaired(new CandlesRepaired(FEED, Timeframe.FIVE_MINUTES, whole.closeTimeMillis()));
        live.accept(history.store(history.next(FEED)));
        assertLikeTheReference(SCHEMA, history.all());
        assertThat(live.vector(SCHEMA.hash(), holed)).isPresent().get().isNotEqualTo(stale);
    }

    @Test
    void readsNoMoreHistoryThanTheVectorDependsOn() throws Exception {
        history.filled(FEED, 2_000);
        live.prepare(OTHER, MARKET);
        live.follow(FEED, Timeframe.FIVE_MINUTES);
        assertThat(history.widestMillis())
                .isLessThanOrEqualTo(
                        FeatureEngine.requiredHistoryMillis(OTHER, Timeframe.FIVE_MINUTES)
                                + Timeframe.FIVE_MINUTES.millis());
        assertLikeTheReference(OTHER, history.all());
    }

    @Test
    void theLastModelOfASchemaTakesItsStateAlong() throws Exception {
        live.accept(history.store(history.next(FEED)));
        SchemaUse one = live.prepare(OTHER, MARKET);
        SchemaUse two = live.prepare(OTHER, MARKET);
        SchemaUse three = live.prepare(SCHEMA, MARKET);
        one.close();
        one.close();
        assertThat(live.schemas()).contains(OTHER.hash(), SCHEMA.hash());
        two.close();
        assertThat(live.schemas()).containsExactly(SCHEMA.hash());
        three.close();
        assertThat(live.schemas()).isEmpty();
        assertThat(live.vector(OTHER.hash(), BTC)).isEmpty();
    }

    @Test
    void aModelOfAnotherMarketNeedsNoState() throws Exception {
        live.accept(history.store(history.next(FEED)));
        live.prepare(OTHER, new MarketSpec("replay:days", List.of(), Timeframe.FIVE_MINUTES));
        live.prepare(SCHEMA, new MarketSpec("simulated", List.of(), Timeframe.ONE_HOUR));
        assertThat(live.schemas()).isEmpty();
    }

    @Test
    void anotherFeedStartsAfresh() throws Exception {
        live.prepare(OTHER, MARKET);
        live.accept(history.store(history.next(FEED)));
        MarketClose elsewhere = history.store(history.next("simulated:8"));
        live.accept(elsewhere);
        assertThat(live.market().orElseThrow().feed()).isEqualTo("simulated:8");
        assertLikeTheReference(OTHER, List.of(elsewhere));
    }

    @Test
    void aSchemaThatNobodyCanComputeIsRefused() {
        FeatureSchema unknown = FeatureSchema.of(List.of("phase_of_the_moon"));
        assertThatThrownBy(() -> live.prepare(unknown, MARKET))
                .isInstanceOf(UnusableModelException.class)
                .hasMessageContaining("phase_of_the_moon");
    }

    @Test
    void aCloseThatIsNotNewerIsRefused() {
        MarketClose close = history.store(history.next(FEED));
        live.accept(close);
        assertThatThrownBy(() -> live.accept(close)).isInstanceOf(IllegalArgumentException.class);
    }

    private void assertLikeTheReference(FeatureSchema schema, List<MarketClose> closes) {
        FeatureEngine reference = new FeatureEngine(schema);
        closes.forEach(reference::accept);
        for (Symbol symbol : List.of(BTC, ETH)) {
            float[] row = new float[schema.size()];
            Readiness readiness = reference.write(symbol, row, 0);
            LiveVector vector = live.vector(schema.hash(), symbol).orElseThrow();
            assertThat(vector.values()).isEqualTo(FeatureVector.of(row));
            assertThat(vector.readiness()).isEqualTo(readiness);
            assertThat(vector.closeTimeMillis()).isEqualTo(closes.getLast().closeTimeMillis());
            assertThat(vector.closePrice())
                    .isEqualTo(closes.getLast().candles().get(symbol.equals(BTC) ? 0 : 1).close());
        }
    }
}
