package io.auspex.backtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class FiguresTest {

    private static final Offset<Double> EXACT = within(1e-9);

    private static List<EquityDay> days(double... equities) {
        List<EquityDay> days = new ArrayList<>();
        for (double equity : equities) {
            days.add(new EquityDay(LocalDate.ofEpochDay(days.size()), equity, 100, 0, 0));
        }
        return days;
    }

    private static AccountState state(double bottom) {
        AccountState fresh = AccountState.fresh(100);
        return new AccountState(
                fresh.cash(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                Tally.NONE,
                10,
                5,
                2.5,
                1_000,
                100,
                bottom,
                100,
                0,
                0,
                0,
                0,
                null);
    }

    @Test
    void ratiosAreOfDailyReturnsAndAnnualisedWith365Days() {
        // Returns: +10 %, -10 %, +10 %, -10 %: mean 0; sample deviation sqrt(4 x 0.01 / 3).
        Figures level = Figures.of(state(0.1), 100, days(110, 99, 108.9, 98.01));
        assertThat(level.sharpe()).isCloseTo(0, EXACT);
        assertThat(level.totalReturn()).isCloseTo(-0.0199, EXACT);
        assertThat(level.annualReturn()).isNull();
        // Returns: +10 %, -5 %: mean 0.025, sample deviation 0.15 / sqrt 2; downside over both
        // days: sqrt(0.0025 / 2).
        Figures uneven = Figures.of(state(0.05), 100, days(110, 104.5));
        assertThat(uneven.sharpe())
                .isCloseTo(0.025 / (0.15 / Math.sqrt(2)) * Math.sqrt(365), EXACT);
        assertThat(uneven.sortino()).isCloseTo(0.025 / Math.sqrt(0.00125) * Math.sqrt(365), EXACT);
    }

    @Test
    void calmarIsTheGrowthOfAYearOverTheLargestDrawdown() {
        double[] equities = new double[73];
        java.util.Arrays.fill(equities, 101);
        Figures figures = Figures.of(state(0.02), 100, days(equities));
        // 73 days are a fifth of a year: 1.01^5.
        assertThat(figures.annualReturn()).isCloseTo(Math.pow(1.01, 5) - 1, EXACT);
        assertThat(figures.calmar()).isCloseTo((Math.pow(1.01, 5) - 1) / 0.02, EXACT);
    }

    @Test
    void whatIsNotDefinedIsNull() {
        Figures nothing = Figures.of(AccountState.fresh(100), 100, List.of());
        assertThat(nothing.sharpe()).isNull();
        assertThat(nothing.winRate()).isNull();
        assertThat(nothing.profitFactor()).isNull();
        assertThat(nothing.calmar()).isNull();
        assertThat(nothing.heldReturn()).isNull();
        assertThat(nothing.exposure()).isZero();
        Figures half = Figures.of(state(0), 100, days(100));
        assertThat(half.exposure()).isCloseTo(0.25, EXACT);
        assertThat(half.timeInMarket()).isCloseTo(0.5, EXACT);
    }
}
