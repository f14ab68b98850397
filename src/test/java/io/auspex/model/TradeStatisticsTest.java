package io.auspex.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TradeStatisticsTest {

    /**
     * The published example of the Sortino ratio: eight annual returns, a target of 0, downside
     * deviation 2.264 %, ratio 4.417 (Rollinger and Hoffman, Sortino: a 'sharper' ratio, 2013).
     */
    @Test
    void measuresThePublishedSortinoRatio() {
        double[] returns = {0.17, 0.15, 0.23, -0.05, 0.12, 0.09, 0.13, -0.04};
        assertThat(TradeStatistics.sortino(returns)).isPresent();
        assertThat(TradeStatistics.sortino(returns).getAsDouble()).isCloseTo(4.417, within(5e-4));
    }

    /** By Python's statistics module: mean, stdev, and the root of the mean square below 0. */
    @Test
    void measuresReturns() {
        double[] returns = {
            0.02, -0.01, 0.03, 0.005, -0.02, 0.01, 0.0, 0.04, -0.03, 0.015, 0.01, -0.005
        };
        TradeStatistics measured = TradeStatistics.of(returns);
        assertThat(measured.sharpe()).isCloseTo(0.27013078135010, within(1e-12));
        assertThat(measured.sortino()).isCloseTo(0.49706742338621, within(1e-12));
        assertThat(measured.averagePnl()).isCloseTo(0.065 / 12, within(1e-15));
    }

    /** All by hand: profits of 440 in four trades, losses of 240 in five, one that broke even. */
    @Test
    void measuresTradesOfAnAccount() {
        double[] pnls = {120, -45, 80, -60, -30, 200, -15, 40, 0, -90};
        double[] fractions = new double[pnls.length];
        for (int i = 0; i < pnls.length; i++) {
            fractions[i] = pnls[i] / 1_000;
        }
        TradeStatistics measured = TradeStatistics.of(pnls, fractions);
        assertThat(measured.trades()).isEqualTo(10);
        assertThat(measured.wins()).isEqualTo(4);
        assertThat(measured.winRate()).isEqualTo(0.4);
        assertThat(measured.totalPnl()).isEqualTo(200);
        assertThat(measured.averagePnl()).isEqualTo(20);
        assertThat(measured.profitFactor()).isCloseTo(440.0 / 240, within(1e-12));
        assertThat(measured.expectancy()).isCloseTo(20, within(1e-12));
        assertThat(measured.expectancyRatio()).isCloseTo(20.0 / 48, within(1e-12));
        // 155 after the third trade, 65 after the fifth; 290 after the eighth, 200 at the end.
        assertThat(measured.maxDrawdown()).isEqualTo(90);
    }

    @Test
    void aLossAtOnceIsADrawdownFromTheBeginning() {
        assertThat(TradeStatistics.of(new double[] {-3, 1}).maxDrawdown()).isEqualTo(3);
    }

    @Test
    void whatIsNotDefinedIsNull() {
        TradeStatistics none = TradeStatistics.of(new double[0]);
        assertThat(none.trades()).isZero();
        assertThat(none.winRate()).isNull();
        assertThat(none.averagePnl()).isNull();
        assertThat(none.expectancy()).isNull();
        TradeStatistics profitsOnly = TradeStatistics.of(new double[] {0.1, 0.1, 0.1});
        assertThat(profitsOnly.sharpe()).isNull();
        assertThat(profitsOnly.sortino()).isNull();
        assertThat(profitsOnly.profitFactor()).isNull();
        assertThat(profitsOnly.expectancyRatio()).isNull();
        assertThat(profitsOnly.expectancy()).isCloseTo(0.1, within(1e-15));
        assertThat(TradeStatistics.of(new double[] {-0.1}).profitFactor()).isZero();
    }

    @Test
    void refusesWhatIsNoResult() {
        assertThatThrownBy(() -> TradeStatistics.of(new double[] {Double.NaN}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TradeStatistics.of(new double[1], new double[2]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TradeStatistics.drawdown(new double[] {0, 1}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** The definition itself, over every pair of an earlier and a later time. */
    @Property(tries = 200, seed = "3")
    void theDrawdownIsTheWorstPairOfTimes(@ForAll long seed) {
        Random random = new Random(seed);
        double[] equity = new double[1 + random.nextInt(60)];
        double value = 100;
        for (int i = 0; i < equity.length; i++) {
            equity[i] = value;
            value *= 1 + 0.05 * random.nextGaussian();
        }
        double worst = 0;
        for (int earlier = 0; earlier < equity.length; earlier++) {
            for (int later = earlier; later < equity.length; later++) {
                worst = Math.max(worst, 1 - equity[later] / equity[earlier]);
            }
        }
        assertThat(TradeStatistics.drawdown(equity)).isCloseTo(worst, within(1e-12));
    }

    /** Win rate times average profit less loss rate times average loss is the mean, by algebra. */
    @Property(tries = 200, seed = "4")
    void theExpectancyIsTheMean(@ForAll long seed) {
        Random random = new Random(seed);
        double[] pnls = random.doubles(1 + random.nextInt(50), -1, 1).toArray();
        TradeStatistics measured = TradeStatistics.of(pnls);
        assertThat(measured.expectancy()).isCloseTo(measured.averagePnl(), within(1e-12));
    }
}
