package io.auspex.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.model.ConformalQuantile;
import io.auspex.model.FeatureProfile;
import io.auspex.serving.FeatureVector;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The guards on markets whose volatility is four times as high for two days, with the defaults. */
class SimulatedGuardsTest {

    private static final int HORIZON = 24;
    private static final int DAY = 288;
    private static final int TRAINED = 20 * DAY;
    private static final int SHIFT = 35 * DAY;
    private static final int BACK = 37 * DAY;
    private static final int CLOSES = 42 * DAY;

    /** Features and prices reach back so far. */
    private static final int MEMORY = DAY;

    private static List<SimulatedRows> markets;

    @BeforeAll
    static void simulate() {
        markets = new ArrayList<>();
        for (int seed = 1; seed <= 4; seed++) {
            markets.add(new SimulatedRows(seed, CLOSES, SHIFT, BACK, 4));
        }
    }

    @Test
    void rowsLikeThoseOfTrainingPassButForOneInAHundred() {
        for (SimulatedRows market : markets) {
            assertThat(heldBack(market, TRAINED, SHIFT)).isLessThan(0.01);
        }
    }

    @Test
    void fourTimesTheVolatilityIsOutOfDistributionUntilItEnds() {
        double sum = 0;
        for (SimulatedRows market : markets) {
            double held = heldBack(market, SHIFT + DAY / 2, BACK);
            assertThat(held).isGreaterThan(0.4);
            sum += held;
            assertThat(heldBack(market, BACK + MEMORY, CLOSES)).isLessThan(0.02);
            assertThat(reasons(market, SHIFT + DAY / 2, BACK))
                    .allSatisfy(reason ->
                            assertThat(reason)
                                    .startsWith("out of distribution: ")
                                    .contains("farthest is ", ", allowed "));
        }
        assertThat(sum / markets.size()).isGreaterThan(0.7);
    }

    /** Nine windows before the change, and the last one within it, of each market. */
    @Test
    void driftIsSeenAfterTheChangeAndSeldomBefore() {
        int windows = 0;
        int alarms = 0;
        for (SimulatedRows market : markets) {
            FeatureProfile profile = profile(market);
            for (int to = TRAINED + 500; to <= SHIFT; to += 450) {
                windows++;
                alarms += drift(market, profile, to).getFirst().psi() > 0.25 ? 1 : 0;
            }
            FeatureDrift moved = drift(market, profile, BACK).getFirst();
            assertThat(moved.psi()).isGreaterThan(0.25);
            assertThat(moved.ks()).isGreaterThan(0.3);
        }
        assertThat(windows).isEqualTo(36);
        assertThat(alarms).isLessThanOrEqualTo(windows / 3);
    }

    /** Of the closes before the change, fewer than one in a hundred, over 16 markets. */
    @Test
    void theCoverageGuardIsQuietUntilTheIntervalFails() {
        int abstained = 0;
        int closes = 0;
        for (int seed = 1; seed <= 16; seed++) {
            SimulatedRows market =
                    seed <= markets.size()
                            ? markets.get(seed - 1)
                            : new SimulatedRows(seed, CLOSES, SHIFT, BACK, 4);
            Map<Integer, Boolean> states = coverage(market);
            for (Map.Entry<Integer, Boolean> state : states.entrySet()) {
                if (state.getKey() < SHIFT) {
                    closes++;
                    abstained += state.getValue() ? 1 : 0;
                }
            }
            assertThat(states.get(BACK - 1)).as("abstains in the change, seed " + seed).isTrue();
            assertThat(states.get(CLOSES - 1)).as("has returned, seed " + seed).isFalse();
        }
        assertThat((double) abstained / closes).isLessThan(0.01);
    }

    /** Whether the guard of coverage abstains, after each close. */
    private static Map<Integer, Boolean> coverage(SimulatedRows market) {
        double width = ConformalQuantile.of(returns(market, 0, TRAINED), 0.8).orElseThrow();
        CoverageBand band = new CoverageBand(4.5, HORIZON);
        Scoreboard scores = new Scoreboard(500, 500, 30);
        Map<Integer, Boolean> abstains = new TreeMap<>();
        for (int close = TRAINED; close + HORIZON < CLOSES; close++) {
            for (double change : returns(market, close, close + 1)) {
                scores.add(
                        new JudgedForecast(
                                market.times.get(close),
                                0.3,
                                0.3,
                                change > 0.01,
                                change < -0.01,
                                Math.abs(change) <= width),
                        0.3,
                        0.3);
            }
            if (scores.recentCloses() > 0) {
                OutcomeWindow recent = scores.recent().orElseThrow();
                abstains.put(
                        close + HORIZON,
                        band.check(recent.coverage(), recent.outcomes(), scores.recentCloses())
                                .isPresent());
            }
        }
        return abstains;
    }

    private static double[] returns(SimulatedRows market, int from, int to) {
        double[] returns = new double[(to - from) * market.symbols.size()];
        int count = 0;
        for (int close = from; close < to; close++) {
            for (int symbol = 0; symbol < market.symbols.size(); symbol++) {
                returns[count++] =
                        market.prices.get(close + HORIZON)[symbol]
                                        / market.prices.get(close)[symbol]
                                - 1;
            }
        }
        return returns;
    }

    private static double heldBack(SimulatedRows market, int from, int to) {
        RangeGuard guard = guard(market);
        double held = 0;
        double rows = 0;
        for (List<FeatureVector> close : market.rows.subList(from, to)) {
            for (FeatureVector row : close) {
                held += guard.check(row).isPresent() ? 1 : 0;
                rows++;
            }
        }
        return held / rows;
    }

    private static RangeGuard guard(SimulatedRows market) {
        return new RangeGuard(market.schema, profile(market), 0.25, 0.02);
    }

    private static List<String> reasons(SimulatedRows market, int from, int to) {
        RangeGuard guard = guard(market);
        return market.rows.subList(from, to).stream()
                .flatMap(List::stream)
                .flatMap(row -> guard.check(row).stream())
                .toList();
    }

    private static List<FeatureDrift> drift(SimulatedRows market, FeatureProfile profile, int to) {
        DriftWindow window = new DriftWindow(8);
        market.rows.subList(to - 500, to).forEach(window::add);
        return window.compare(profile, market.schema);
    }

    private static FeatureProfile profile(SimulatedRows market) {
        List<FeatureVector> trained =
                market.rows.subList(0, TRAINED).stream().flatMap(List::stream).toList();
        float[][] columns = new float[market.schema.size()][trained.size()];
        long[] times =
                market.times.subList(0, TRAINED).stream()
                        .flatMap(time -> Collections.nCopies(market.symbols.size(), time).stream())
                        .mapToLong(Long::longValue)
                        .toArray();
        for (int i = 0; i < trained.size(); i++) {
            for (int j = 0; j < columns.length; j++) {
                columns[j][i] = trained.get(i).get(j);
            }
        }
        return FeatureProfile.of(market.schema.names(), columns, times, 300_000);
    }
}
