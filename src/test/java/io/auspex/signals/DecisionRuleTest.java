package io.auspex.signals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.auspex.model.Head;
import java.util.EnumMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DecisionRuleTest {

    private final DecisionRule rule = DecisionRule.standard();

    @ParameterizedTest(name = "up {0}, down {1}, expected {2}, stop {3}: {4}")
    @CsvSource({
        "0.40, 0.20,  0.0040, 0.02, BUY",
        "0.20, 0.40, -0.0040, 0.02, SELL",
        "0.30, 0.25,  0.0040, 0.02, HOLD",
        "0.25, 0.30, -0.0040, 0.02, HOLD",
        "0.40, 0.20,  0.0009, 0.02, HOLD",
        "0.40, 0.20, -0.0040, 0.02, HOLD",
        "0.20, 0.40, -0.0009, 0.02, HOLD",
        "0.20, 0.40,  0.0040, 0.02, HOLD",
        "0.40, 0.20,  0.0040, 0.11, HOLD",
        "0.20, 0.40, -0.0040, 0.50, SELL",
        "0.40, 0.20,  0.0040, 0.10, BUY",
    })
    void decidesByEdgeThenFeesThenStop(
            double up, double down, double expected, double stop, Action action) {
        Decision decision = rule.decide(heads(up, down, expected, stop));
        assertThat(decision.action()).isEqualTo(action);
        assertThat(decision.reason()).isNotBlank();
    }

    @Test
    void confidenceIsTheProbabilityOfWhatTheActionBetsOn() {
        assertThat(rule.decide(heads(0.4, 0.2, 0.01, 0)).confidence()).isEqualTo(0.4);
        assertThat(rule.decide(heads(0.2, 0.45, -0.01, 0)).confidence()).isEqualTo(0.45);
        assertThat(rule.decide(heads(0.2, 0.25, 0, 0)).confidence()).isEqualTo(0.55, within(1e-12));
    }

    @ParameterizedTest
    @EnumSource(names = {"P_UP", "P_DOWN", "EXPECTED_RETURN", "P_STOP"})
    void abstainsWithoutAHeadAndWithOneThatIsNoNumber(Head head) {
        Map<Head, Double> heads = heads(0.4, 0.2, 0.01, 0);
        heads.put(head, Double.NaN);
        assertThat(rule.decide(heads))
                .isEqualTo(
                        Decision.abstain("the model's " + head.code() + " is not a finite number"));
        heads.remove(head);
        assertThat(rule.decide(heads))
                .isEqualTo(Decision.abstain("the model gives no " + head.code()));
    }

    @Test
    void theReasonNamesTheFigures() {
        assertThat(rule.decide(heads(0.4, 0.2, 0.004, 0)).reason())
                .isEqualTo("a rise is likelier: up 40.00 %, down 20.00 %, expected return 0.40 %");
    }

    @Property(tries = 500)
    void sellIsTheMirrorOfBuyWhereTheStopIsFar(
            @ForAll @DoubleRange(min = 0, max = 0.5) double up,
            @ForAll @DoubleRange(min = 0, max = 0.5) double down,
            @ForAll @DoubleRange(min = -0.05, max = 0.05) double expected) {
        Action one = DecisionRule.standard().decide(heads(up, down, expected, 0)).action();
        Action other = DecisionRule.standard().decide(heads(down, up, -expected, 0)).action();
        Action mirrored =
                switch (one) {
                    case BUY -> Action.SELL;
                    case SELL -> Action.BUY;
                    case HOLD -> Action.HOLD;
                    case ABSTAIN -> Action.ABSTAIN;
                    case MISSED -> Action.MISSED;
                };
        assertThat(other).isEqualTo(mirrored);
    }

    @Test
    void aRuleThatMakesNoSenseCannotBeBuilt() {
        assertThatThrownBy(() -> new DecisionRule(0, 0, 0, 0)).hasMessageContaining("edge");
        assertThatThrownBy(() -> new DecisionRule(0.1, -1, 0, 0)).hasMessageContaining("fee");
        assertThatThrownBy(() -> new DecisionRule(0.1, 0, Double.NaN, 0))
                .hasMessageContaining("net");
        assertThatThrownBy(() -> new DecisionRule(0.1, 0, 0, 1.1)).hasMessageContaining("stop");
    }

    private static Map<Head, Double> heads(double up, double down, double expected, double stop) {
        return new EnumMap<>(
                Map.of(
                        Head.P_UP, up,
                        Head.P_DOWN, down,
                        Head.EXPECTED_RETURN, expected,
                        Head.P_STOP, stop));
    }
}
