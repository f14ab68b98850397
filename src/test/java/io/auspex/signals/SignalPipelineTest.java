package io.auspex.signals;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.api.LiveService;
import io.auspex.ingest.CandleStore;
import io.auspex.market.Candle;
import io.auspex.market.CandleHistory;
import io.auspex.market.CloseTimes;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import io.auspex.platform.Await;
import io.auspex.platform.PostgresResource;
import io.auspex.serving.LiveFeatures;
import io.auspex.serving.ModelServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class SignalPipelineTest {

    @Inject LiveService service;
    @Inject SignalPipeline pipeline;
    @Inject SignalLedger ledger;
    @Inject SignalHub hub;
    @Inject LiveFeatures features;
    @Inject ModelServer models;
    @Inject MeterRegistry meters;
    @Inject CandleStore candles;
    @Inject CandleHistory history;
    @Inject SignalsConfig config;
    @TempDir Path folder;

    @BeforeEach
    void warmUp() {
        service.warmUp();
    }

    @Test
    void emitsOneSignalASymbolForTheChampionAndCommitsItFirst() {
        String model = "pipeline-one";
        int version = service.promote(model, 0.1f).version();
        List<Signal> heard = new ArrayList<>();
        List<Long> heads = new ArrayList<>();
        MarketClose close;
        try (SignalHub.Subscription subscription =
                hub.subscribe(
                        _ -> {},
                        news -> {
                            heard.addAll(of(model, news));
                            heads.add(Await.item(ledger::head));
                        })) {
            close = service.close();
            assertThat(subscription).isNotNull();
        }
        assertThat(heard).extracting(Signal::symbol).isEqualTo(LiveService.SYMBOLS);
        assertThat(heads)
                .allMatch(head -> head >= heard.getLast().seq(), "committed before publication");
        assertThat(heard)
                .allSatisfy(signal -> {
                    assertThat(signal.version()).isEqualTo(version);
                    assertThat(signal.closeTime())
                            .isEqualTo(Instant.ofEpochMilli(close.closeTimeMillis()));
                    assertThat(signal.action()).isNotEqualTo(Action.ABSTAIN);
                    assertThat(signal.heads()).hasSize(4);
                    assertThat(DecisionRule.standard().decide(signal.heads()).action())
                            .isEqualTo(signal.action());
                    assertThat(Await.item(() -> ledger.signal(signal.id()))).contains(signal);
                });
        assertThat(hub.snapshot().latest()).extracting(Signal::symbol).doesNotHaveDuplicates();
        assertThat(meters.find("auspex.candle.to.signal").timer().count()).isPositive();
        assertThat(meters.find("auspex.signals").tag("model", model).counters()).isNotEmpty();
    }

    @Test
    void aModelWithoutAChampionEmitsNothing() {
        service.declare("pipeline-none");
        long before = Await.item(ledger::head);
        service.close();
        assertThat(of("pipeline-none", Await.item(() -> ledger.after(null, before, 1_000))))
                .isEmpty();
    }

    @Test
    void aModelOfAnotherMarketEmitsNothing() {
        service.promote(
                "pipeline-elsewhere",
                new MarketSpec("replay:elsewhere", List.of(), Timeframe.FIVE_MINUTES),
                0.1f);
        service.promote(
                "pipeline-some",
                new MarketSpec(
                        LiveService.FEED, List.of(new Symbol("ETHBTC")), Timeframe.FIVE_MINUTES),
                0.1f);
        long before = Await.item(ledger::head);
        service.close();
        List<Signal> all = Await.item(() -> ledger.after(null, before, 1_000));
        assertThat(of("pipeline-elsewhere", all)).isEmpty();
        assertThat(of("pipeline-some", all))
                .extracting(signal -> signal.symbol().name())
                .containsExactly("ETHBTC");
    }

    @Test
    void abstainsWithTheReasonWhileFeaturesWarmUp() {
        String model = "pipeline-cold";
        service.promote(
                model, new MarketSpec("replay:cold", List.of(), Timeframe.FIVE_MINUTES), 0.1f);
        long before = Await.item(ledger::head);
        pipeline.onClose(elsewhere("replay:cold", service.next()));
        List<Signal> signals = of(model, Await.item(() -> ledger.after(null, before, 1_000)));
        assertThat(signals)
                .hasSize(3)
                .allSatisfy(signal -> {
                    assertThat(signal.action()).isEqualTo(Action.ABSTAIN);
                    assertThat(signal.heads()).isEmpty();
                    assertThat(signal.confidence()).isNull();
                    assertThat(signal.reason()).isNotBlank();
                });
    }

    @Test
    void aCloseThatIsInTheLedgerIsNotEmittedTwice() {
        String model = "pipeline-twice";
        service.promote(model, 0.1f);
        MarketClose close = service.close();
        long head = Await.item(ledger::head);
        List<Signal> heard = new ArrayList<>();
        try (SignalHub.Subscription subscription = hub.subscribe(_ -> {}, heard::addAll)) {
            // Following another feed and coming back is a restart as far as the features know.
            pipeline.onClose(elsewhere("replay:nobody", close));
            pipeline.onClose(close);
            assertThat(subscription).isNotNull();
        }
        assertThat(heard).isEmpty();
        assertThat(Await.item(ledger::head)).isEqualTo(head);
    }

    @Test
    void whatIsWorkedOutWhileACloseIsBeingStoredIsToldWhenItIsStored() {
        String model = "pipeline-ahead";
        service.promote(model, 0.1f);
        service.close();
        long head = Await.item(ledger::head);
        List<Signal> heard = new ArrayList<>();
        double aheadBefore = aheadMillis();
        try (SignalHub.Subscription subscription =
                hub.subscribe(_ -> {}, news -> heard.addAll(of(model, news)))) {
            MarketClose close = service.next();
            pipeline.onArrival(close);
            assertThat(heard).isEmpty();
            assertThat(Await.item(ledger::head)).isEqualTo(head);
            assertThat(pipeline.hasHandled(LiveService.FEED, close.closeTimeMillis())).isFalse();

            candles.storeAndAwait(List.of(close));
            pipeline.onClose(close, CloseTimes.now());
            assertThat(subscription).isNotNull();
        }
        assertThat(aheadMillis()).isGreaterThan(aheadBefore);
        assertThat(heard).extracting(Signal::symbol).isEqualTo(LiveService.SYMBOLS);
        assertThat(heard)
                .allSatisfy(signal -> {
                    assertThat(signal.action()).isNotEqualTo(Action.ABSTAIN);
                    assertThat(Await.item(() -> ledger.signal(signal.id()))).contains(signal);
                    assertThat(
                                    Await.item(() -> ledger.receipt(signal.id()))
                                            .orElseThrow()
                                            .candles()
                                            .getFirst()
                                            .last())
                            .isEqualTo(signal.closeTime().minus(Duration.ofMinutes(5)));
                });
    }

    @Test
    void aCloseThatArrivedAndWasNotStoredIsNotSpokenOf() {
        String model = "pipeline-lost";
        service.promote(model, 0.1f);
        service.close();
        List<Signal> heard = new ArrayList<>();
        try (SignalHub.Subscription subscription =
                hub.subscribe(_ -> {}, news -> heard.addAll(of(model, news)))) {
            MarketClose lost = service.next();
            pipeline.onArrival(lost);
            MarketClose next = service.close();
            assertThat(heard)
                    .hasSize(LiveService.SYMBOLS.size())
                    .allSatisfy(signal ->
                            assertThat(signal.closeTime().toEpochMilli())
                                    .isEqualTo(next.closeTimeMillis()));
            assertThat(subscription).isNotNull();
        }
    }

    private double aheadMillis() {
        return meters.get("auspex.candle.to.signal.step")
                .tag("step", "ahead")
                .timer()
                .totalTime(TimeUnit.MILLISECONDS);
    }

    /** Between the store of a close and its signals the process may be killed. */
    @Test
    void aCloseIsHandledWhenItsSignalsAreInTheLedger() {
        service.promote("pipeline-handled", 0.1f);
        MarketClose handled = service.close();
        assertThat(pipeline.hasHandled(LiveService.FEED, handled.closeTimeMillis())).isTrue();

        MarketClose killed = service.next();
        candles.storeAndAwait(List.of(killed));
        assertThat(pipeline.hasHandled(LiveService.FEED, killed.closeTimeMillis())).isFalse();
        pipeline.onClose(killed);
        assertThat(pipeline.hasHandled(LiveService.FEED, killed.closeTimeMillis())).isTrue();
        assertThat(pipeline.hasHandled("replay:other", killed.closeTimeMillis())).isFalse();
    }

    @Test
    void aNewHubKnowsWhatTheLedgerHolds() {
        service.promote("pipeline-restored", 0.1f);
        service.close();
        SignalHub restored = new SignalHub();
        SignalPipeline restarted =
                new SignalPipeline(
                        features,
                        models,
                        ledger,
                        restored,
                        config,
                        List.of(),
                        history,
                        folder.resolve("signals"),
                        InstantSource.system(),
                        new SimpleMeterRegistry());
        restarted.start(null);
        assertThat(restored.snapshot().seq()).isEqualTo(Await.item(ledger::head));
        assertThat(restored.snapshot().latest()).containsAll(hub.snapshot().latest());
    }

    @Test
    void aRehearsalSaysWhatWasSaidOfTheLastCloseAndNobodyHears() {
        String model = "pipeline-rehearsed";
        service.promote(model, 0.1f);
        service.close();
        long head = Await.item(ledger::head);
        List<Signal> heard = new ArrayList<>();
        List<List<Signal>> rehearsed = new ArrayList<>();
        try (SignalHub.Subscription subscription = hub.subscribe(_ -> {}, heard::addAll)) {
            CloseRehearsal rehearsal =
                    new CloseRehearsal(
                            features,
                            models,
                            config,
                            news -> rehearsed.add(of(model, news.signals())));
            assertThat(rehearsal.rehearse(1)).isGreaterThanOrEqualTo(LiveService.SYMBOLS.size());
            assertThat(subscription).isNotNull();
        }
        rehearsed.removeIf(List::isEmpty);
        assertThat(rehearsed).hasSize(1);
        assertThat(rehearsed.getFirst())
                .usingRecursiveComparison()
                .ignoringFields("id", "epoch", "seq", "createdAt")
                .isEqualTo(
                        of(model, Await.item(() -> ledger.newest(null, 1_000))).reversed().stream()
                                .limit(LiveService.SYMBOLS.size())
                                .sorted(Comparator.comparing(Signal::symbol))
                                .toList());
        assertThat(heard).isEmpty();
        assertThat(Await.item(ledger::head)).isEqualTo(head);
    }

    private static List<Signal> of(String model, List<Signal> signals) {
        return signals.stream().filter(signal -> signal.model().equals(model)).toList();
    }

    private static MarketClose elsewhere(String feed, MarketClose close) {
        List<Candle> same = close.candles();
        return new MarketClose(feed, close.closeTimeMillis(), same);
    }
}
