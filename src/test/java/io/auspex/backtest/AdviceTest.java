package io.auspex.backtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.auspex.feedback.FeatureDrift;
import io.auspex.feedback.LiveFigures;
import io.auspex.feedback.OutcomeWindow;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import io.auspex.registry.VersionState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AdviceTest {

    private static final ModelSpec SPEC =
            ModelSpec.standard(
                    "advised", new MarketSpec("simulated", List.of(), Timeframe.FIVE_MINUTES));
    private static final Map<String, Double> EVEN = Map.of("a", 0.5, "b", 0.5);

    private static VersionFigures version(
            int number,
            VersionState state,
            int candles,
            double calibration,
            double first,
            double last,
            Map<String, Double> importance) {
        return new VersionFigures(
                number,
                state,
                false,
                Instant.EPOCH,
                Instant.EPOCH,
                Instant.EPOCH.plusMillis(candles * Timeframe.FIVE_MINUTES.millis()),
                1_000L,
                1.0,
                1.1,
                0.09,
                calibration,
                1.0,
                0.9,
                first,
                last,
                importance);
    }

    private static VersionFigures plain(int number) {
        return version(number, VersionState.PROMOTED, 1_000, 0.01, 0.05, 0.05, EVEN);
    }

    private static LiveFigures live(
            List<OutcomeWindow> windows, @Nullable OutcomeWindow recent, FeatureDrift... drift) {
        return new LiveFigures(
                "advised", 1, windows, recent, List.of(drift), null, null, null, null);
    }

    private static OutcomeWindow window(double ratio, double coverage) {
        return window(500, ratio, coverage);
    }

    private static OutcomeWindow window(long outcomes, double ratio, double coverage) {
        return new OutcomeWindow(
                Instant.EPOCH,
                Instant.EPOCH,
                outcomes,
                0.5,
                0.5,
                ratio,
                1.0,
                0,
                null,
                null,
                0.2,
                coverage);
    }

    private static List<Recommendation> advice(
            VersionFigures champion,
            List<VersionFigures> versions,
            @Nullable LiveFigures live,
            SymbolCorrelation... correlations) {
        return new Advice(SPEC, champion, versions, live, List.of(correlations)).recommendations();
    }

    private static SymbolCorrelation pair(double correlation) {
        return new SymbolCorrelation(new Symbol("AAA"), new Symbol("BBB"), correlation, 1_000);
    }

    @Test
    void nothingIsRecommendedWithoutAFigureThatSpeaksForIt() {
        assertThat(
                        advice(
                                plain(1),
                                List.of(plain(1)),
                                live(List.of(), window(0.9, 0.8)),
                                pair(0.2)))
                .isEmpty();
        assertThat(new Advice(SPEC, null, List.of(), null, List.of()).recommendations()).isEmpty();
    }

    @Test
    void foldsThatGetBetterWithHistoryAskForMoreOfIt() {
        VersionFigures full = version(3, VersionState.PROMOTED, 99_000, 0.01, 0.050, 0.062, EVEN);
        assertThat(advice(full, List.of(full), null))
                .singleElement()
                .satisfies(longer -> {
                    assertThat(longer.rule()).isEqualTo("longer-window");
                    assertThat(longer.advice()).contains("raise window_candles beyond 100000");
                    assertThat(longer.value()).isCloseTo(0.012, within(1e-12));
                    assertThat(longer.threshold()).isEqualTo(0.005);
                    assertThat(longer.figure()).contains("version 3");
                });
        VersionFigures young = version(3, VersionState.PROMOTED, 9_000, 0.01, 0.050, 0.062, EVEN);
        assertThat(advice(young, List.of(young), null).getFirst().advice())
                .contains("collect or load more history");
    }

    @Test
    void foldsThatGetWorseAskForLessOnlyWhenTheFeaturesHaveMoved() {
        VersionFigures worse = version(3, VersionState.PROMOTED, 99_000, 0.01, 0.06, 0.05, EVEN);
        assertThat(advice(worse, List.of(worse), null)).isEmpty();
        assertThat(
                        advice(
                                worse,
                                List.of(worse),
                                live(List.of(), null, new FeatureDrift("a", 0.4, 0.2, 0.01, 900))))
                .extracting(Recommendation::rule)
                .containsExactly("shorter-window", "moved-features");
    }

    @Test
    void idleFeaturesAreNamedWhenTheyAreManyInEveryVersion() {
        Map<String, Double> idle = new LinkedHashMap<>();
        idle.put("strong", 0.999);
        idle.put("weak", 0.001);
        VersionFigures one = version(2, VersionState.PROMOTED, 1_000, 0.01, 0.05, 0.05, idle);
        assertThat(advice(one, List.of(one), null))
                .singleElement()
                .satisfies(fewer -> {
                    assertThat(fewer.rule()).isEqualTo("fewer-features");
                    assertThat(fewer.value()).isEqualTo(0.5);
                    assertThat(fewer.advice()).contains("1 of 2", "weak");
                });
        VersionFigures before =
                version(
                        1,
                        VersionState.PROMOTED,
                        1_000,
                        0.01,
                        0.05,
                        0.05,
                        Map.of("strong", 0.5, "weak", 0.5));
        assertThat(advice(one, List.of(one, before), null)).isEmpty();
    }

    @Test
    void correlatedSymbolsAreDroppedWhenIdleAndAddedWhenTheyWouldTell() {
        VersionFigures with =
                version(
                        2,
                        VersionState.PROMOTED,
                        1_000,
                        0.01,
                        0.05,
                        0.05,
                        Map.of("own", 0.995, "return_1@5m/BTCSIM", 0.005));
        assertThat(advice(with, List.of(with), null, pair(0.7)))
                .singleElement()
                .satisfies(drop -> {
                    assertThat(drop.rule()).isEqualTo("drop-correlated-symbols");
                    assertThat(drop.value()).isEqualTo(0.005);
                });
        assertThat(advice(plain(1), List.of(plain(1)), null, pair(0.7), pair(0.2)))
                .singleElement()
                .satisfies(add -> {
                    assertThat(add.rule()).isEqualTo("add-correlated-symbols");
                    assertThat(add.value()).isEqualTo(0.7);
                    assertThat(add.figure()).contains("AAA and BBB");
                });
        assertThat(advice(plain(1), List.of(plain(1)), null, pair(0.9)))
                .extracting(Recommendation::rule)
                .containsExactly("add-correlated-symbols", "one-bet");
    }

    @Test
    void theRefitIntervalFollowsFromTheChampionsAgeAndTheGatesAnswers() {
        List<OutcomeWindow> ageing = new ArrayList<>();
        for (double ratio : new double[] {0.90, 0.90, 0.91, 0.92, 0.93, 0.95}) {
            ageing.add(window(ratio, 0.8));
        }
        assertThat(advice(plain(1), List.of(plain(1)), live(ageing, window(0.9, 0.8))))
                .singleElement()
                .satisfies(often -> {
                    assertThat(often.rule()).isEqualTo("refit-more-often");
                    assertThat(often.value()).isCloseTo(0.04, within(1e-12));
                });
        List<OutcomeWindow> steady = new ArrayList<>();
        List<VersionFigures> refused = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            steady.add(window(0.9, 0.8));
            refused.add(
                    version(
                            9 - i,
                            i == 5 ? VersionState.PROMOTED : VersionState.REJECTED,
                            1_000,
                            0.01,
                            0.05,
                            0.05,
                            EVEN));
        }
        assertThat(advice(plain(4), refused, live(steady, window(0.9, 0.8))))
                .singleElement()
                .satisfies(less -> {
                    assertThat(less.rule()).isEqualTo("refit-less-often");
                    assertThat(less.value()).isCloseTo(5 / 6.0, within(1e-12));
                });
    }

    @Test
    void calibrationCoverageAndDriftSpeakForThemselves() {
        VersionFigures loose = version(2, VersionState.PROMOTED, 1_000, 0.05, 0.05, 0.05, EVEN);
        assertThat(
                        advice(
                                loose,
                                List.of(loose),
                                live(
                                        List.of(),
                                        window(0.9, 0.55),
                                        new FeatureDrift("a", 0.2, 0.1, 0.5, 900),
                                        new FeatureDrift("b", 0.3, 0.1, 0.5, 900))))
                .extracting(Recommendation::rule)
                .containsExactly("calibrate", "refit-now", "moved-features");
    }

    @Test
    void aHandfulOfOutcomesSaysNothingOfTheCoverage() {
        OutcomeWindow few = window(199, 0.9, 1.0);
        assertThat(advice(plain(1), List.of(plain(1)), live(List.of(), few))).isEmpty();
    }

    @Test
    void correlationIsThatOfTheReturns() {
        MadeMarket market = MadeMarket.walk(2, 400, "AAA", "BBB");
        List<SymbolCorrelation> independent =
                SymbolCorrelation.of(market.all(), List.of(new Symbol("AAA"), new Symbol("BBB")));
        assertThat(independent).singleElement();
        assertThat(independent.getFirst().correlation()).isCloseTo(0, within(0.15));
        assertThat(SymbolCorrelation.of(market.all().subList(0, 20), List.of(new Symbol("AAA"))))
                .isEmpty();
        List<io.auspex.market.MarketClose> mirrored = new ArrayList<>();
        double price = 100;
        for (int n = 0; n < 100; n++) {
            price *= n % 3 == 0 ? 1.01 : 0.996;
            mirrored.add(
                    MadeMarket.of(
                            n,
                            MadeMarket.candle("AAA", n, price, price, price, price),
                            MadeMarket.candle(
                                    "BBB", n, 2 * price, 2 * price, 2 * price, 2 * price)));
        }
        assertThat(
                        SymbolCorrelation.of(
                                        mirrored, List.of(new Symbol("AAA"), new Symbol("BBB")))
                                .getFirst()
                                .correlation())
                .isCloseTo(1, within(1e-9));
    }
}
