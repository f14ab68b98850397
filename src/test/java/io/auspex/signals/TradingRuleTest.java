package io.auspex.signals;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.model.Head;
import io.auspex.model.TradingRule;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TradingRuleTest {

    @Test
    void theRuleOfTheReportIsWhatSignalsDecideByDefault() {
        DecisionRule signals = DecisionRule.standard();
        Random random = new Random(8);
        int trades = 0;
        for (int i = 0; i < 20_000; i++) {
            double up = random.nextDouble();
            double down = random.nextDouble();
            double expected = random.nextGaussian() * 0.003;
            double stop = random.nextDouble() * 0.2;
            int position = TradingRule.position(up, down, expected, stop);
            Action action =
                    signals.decide(
                                    Map.of(
                                            Head.P_UP, up,
                                            Head.P_DOWN, down,
                                            Head.EXPECTED_RETURN, expected,
                                            Head.P_STOP, stop))
                            .action();
            assertThat(position)
                    .isEqualTo(
                            switch (action) {
                                case BUY -> 1;
                                case SELL -> -1;
                                case HOLD, ABSTAIN, MISSED -> 0;
                            });
            trades += Math.abs(position);
        }
        assertThat(trades).isGreaterThan(1_000);
    }
}
