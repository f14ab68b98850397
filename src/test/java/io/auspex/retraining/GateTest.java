package io.auspex.retraining;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.auspex.market.Timeframe;
import io.auspex.model.Calibration;
import io.auspex.model.Evidence;
import io.auspex.model.Head;
import io.auspex.model.HeadMetrics;
import io.auspex.model.LossTest;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import io.auspex.model.TrainingReport;
import io.auspex.retraining.GateCase.Champion;
import io.auspex.retraining.GateCase.Check;
import io.auspex.retraining.GateDecision.Promote;
import io.auspex.retraining.GateDecision.Reject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The decision table, on reports made by hand: significance 0.01, at least 1,000 rows. */
class GateTest {

    private static final ModelSpec SPEC =
            ModelSpec.standard("m", new MarketSpec("simulated", List.of(), Timeframe.FIVE_MINUTES));
    private static final Check PASSED = new Check.Passed();
    private static final LossTest GOOD = tested(2_000, 0.0003);
    private static final LossTest FAIR = tested(900, 0.002);

    @Test
    void evidenceWithoutAChampionPromotes() {
        assertThat(decide(GOOD, FAIR, new Champion.None()))
                .isEqualTo(
                        new Promote(
                                "log loss 0.5120 beats base rate 0.5470 (p=0.0003 over 16 blocks),"
                                        + " direction p=0.002 over 16 blocks",
                                false));
    }

    @Test
    void eachTestAloneCanReject() {
        assertThat(decide(tested(2_000, 0.2), FAIR, new Champion.None()))
                .isEqualTo(
                        new Reject(
                                "log loss 0.5120 does not beat base rate 0.5470 by more than chance"
                                        + " (p=0.2 over 16 blocks, 0.01 needed)"));
        assertThat(decide(GOOD, tested(900, 0.3), new Champion.None()))
                .isEqualTo(
                        new Reject(
                                "direction is not predicted by more than chance (p=0.3 over 16"
                                        + " blocks, 0.01 needed)"));
    }

    @Test
    void aValueAtTheBoundIsNoEvidence() {
        assertThat(decide(tested(2_000, 0.01), FAIR, new Champion.None()))
                .isInstanceOf(Reject.class);
        assertThat(decide(tested(2_000, 0.00999), FAIR, new Champion.None()))
                .isInstanceOf(Promote.class);
    }

    @Test
    void tooFewTestRowsReject() {
        assertThat(decide(tested(999, 0.0003), FAIR, new Champion.None()))
                .isEqualTo(new Reject("only 999 rows were tested, 1000 are needed"));
        assertThat(decide(tested(1_000, 0.0003), FAIR, new Champion.None()))
                .isInstanceOf(Promote.class);
    }

    @Test
    void whatCouldNotBeTestedIsNoEvidence() {
        LossTest untestable = new LossTest.Untestable(1_200, "12 closes do not make 8 blocks");
        assertThat(decide(GOOD, untestable, new Champion.None()))
                .asInstanceOf(type(Reject.class))
                .extracting(Reject::reason)
                .asString()
                .contains("12 closes do not make 8 blocks");
    }

    @Test
    void everyFailedConditionIsNamed() {
        GateCase candidate =
                new GateCase(
                        SPEC,
                        report(tested(10, 0.5), tested(10, 0.6)),
                        new Check.Broken("schema changed"),
                        new Check.Broken("self-test: p_up is off"),
                        new Check.Broken("parity: p_down is off by 0.1"),
                        new Champion.TooFewRows(3, 120, 2_880),
                        false);
        assertThat(Gate.decide(candidate, PromotePolicy.EVIDENCE).reason())
                .contains(
                        "schema changed",
                        "self-test: p_up is off",
                        "parity: p_down is off by 0.1",
                        "only 10 rows were tested",
                        "does not beat base rate",
                        "direction is not predicted",
                        "only 120 rows unseen by champion v3 yet, 2880 needed");
    }

    @Test
    void aChampionMustBeBeatenOnRowsThatItHasNotSeen() {
        assertThat(decide(GOOD, FAIR, compared(0.004, 0.3)))
                .isEqualTo(
                        new Promote(
                                "log loss 0.5120 beats base rate 0.5470 (p=0.0003 over 16 blocks),"
                                        + " direction p=0.002 over 16 blocks; beats champion v3"
                                        + " (p=0.004 over 16 blocks)",
                                false));
        assertThat(decide(GOOD, FAIR, compared(0.4, 0.3)))
                .isEqualTo(
                        new Reject(
                                "does not beat champion v3 (p=0.4 over 16 blocks, 0.05 needed)"));
        assertThat(decide(GOOD, FAIR, new Champion.TooFewRows(3, 120, 2_880)))
                .isEqualTo(new Reject("only 120 rows unseen by champion v3 yet, 2880 needed"));
        assertThat(decide(GOOD, FAIR, new Champion.Unscored(3, "its file cannot be loaded")))
                .isEqualTo(new Reject("champion v3 cannot be compared: its file cannot be loaded"));
    }

    @Test
    void aChampionIsBeatenAtOneInTwenty() {
        assertThat(decide(GOOD, FAIR, compared(0.0499, 0.3))).isInstanceOf(Promote.class);
        assertThat(decide(GOOD, FAIR, compared(0.05, 0.3))).isInstanceOf(Reject.class);
        assertThat(decide(tested(2_000, 0.0499), FAIR, compared(0.0499, 0.3)))
                .isInstanceOf(Reject.class);
        assertThat(decide(GOOD, tested(900, 0.0499), compared(0.0499, 0.3)))
                .isInstanceOf(Reject.class);
    }

    @Test
    void aGainInLossDoesNotPayForAProvenLossInDirection() {
        assertThat(decide(GOOD, FAIR, compared(0.004, 0.995)))
                .isEqualTo(new Reject("predicts direction worse than champion v3 (p=0.005)"));
        assertThat(decide(GOOD, FAIR, compared(0.004, 0.98))).isInstanceOf(Promote.class);
    }

    @Test
    void anUnprovenChampionIsNoBar() {
        assertThat(decide(GOOD, FAIR, new Champion.Unproven(2)))
                .asInstanceOf(type(Promote.class))
                .extracting(Promote::reason)
                .asString()
                .endsWith("; replaces champion v2, which is unproven");
    }

    @Test
    void promotingAlwaysMarksEverythingUnproven() {
        GateCase weak = sound(tested(2_000, 0.2), FAIR, new Champion.None());
        assertThat(Gate.decide(weak, PromotePolicy.ALWAYS))
                .asInstanceOf(type(Promote.class))
                .satisfies(promoted -> {
                    assertThat(promoted.unproven()).isTrue();
                    assertThat(promoted.reason())
                            .startsWith("promoted without evidence, as asked: log loss");
                });
        GateCase strong = sound(GOOD, FAIR, new Champion.None());
        assertThat(Gate.decide(strong, PromotePolicy.ALWAYS))
                .isEqualTo(
                        new Promote(
                                "promoted as asked, though its evidence would do: "
                                        + Gate.decide(strong, PromotePolicy.EVIDENCE).reason(),
                                true));
    }

    @Test
    void promotingAlwaysNeverPromotesWhatIsUnsound() {
        Check broken = new Check.Broken("broken");
        for (List<Check> checks :
                List.of(
                        List.of(broken, PASSED, PASSED),
                        List.of(PASSED, broken, PASSED),
                        List.of(PASSED, PASSED, broken))) {
            GateCase candidate =
                    new GateCase(
                            SPEC,
                            report(GOOD, FAIR),
                            checks.get(0),
                            checks.get(1),
                            checks.get(2),
                            new Champion.None(),
                            false);
            assertThat(Gate.decide(candidate, PromotePolicy.ALWAYS))
                    .isEqualTo(new Reject("broken"));
        }
    }

    /** Its direction is proven, and that alone bounds the chance of a false promotion. */
    @Test
    void sinceAChangeAMoveThatIsNotWorseThanTheBaseRatesWillDoAgainstAChampion() {
        assertThat(sinceChange(tested(2_000, 0.17), FAIR, compared(0.004, 0.3)))
                .isEqualTo(
                        new Promote(
                                "log loss 0.5120 since the market changed is not proven worse than base rate 0.5470"
                                        + " (p=0.17 over 16 blocks), direction p=0.002 over 16 blocks;"
                                        + " beats champion v3 (p=0.004 over 16 blocks)",
                                false));
        for (GateDecision rejected :
                List.of(
                        sinceChange(tested(2_000, 0.991), FAIR, compared(0.004, 0.3)),
                        sinceChange(tested(2_000, 0.17), tested(900, 0.02), compared(0.004, 0.3)),
                        sinceChange(tested(2_000, 0.17), FAIR, compared(0.08, 0.3)),
                        sinceChange(tested(2_000, 0.17), FAIR, new Champion.None()),
                        sinceChange(tested(2_000, 0.17), FAIR, new Champion.Unproven(3)),
                        sinceChange(
                                new LossTest.Untestable(2_000, "few"),
                                FAIR,
                                compared(0.004, 0.3)))) {
            assertThat(rejected).isInstanceOf(Reject.class);
        }
        assertThat(decide(tested(2_000, 0.17), FAIR, compared(0.004, 0.3)))
                .as("in the whole window it has to be proven")
                .isInstanceOf(Reject.class);
    }

    private static GateDecision sinceChange(LossTest move, LossTest direction, Champion champion) {
        return Gate.decide(
                new GateCase(SPEC, report(move, direction), PASSED, PASSED, PASSED, champion, true),
                PromotePolicy.EVIDENCE);
    }

    private static GateDecision decide(LossTest move, LossTest direction, Champion champion) {
        return Gate.decide(sound(move, direction, champion), PromotePolicy.EVIDENCE);
    }

    private static GateCase sound(LossTest move, LossTest direction, Champion champion) {
        return new GateCase(SPEC, report(move, direction), PASSED, PASSED, PASSED, champion, false);
    }

    private static Champion compared(double move, double direction) {
        return new Champion.Compared(3, new Evidence(tested(2_000, move), tested(900, direction)));
    }

    private static LossTest tested(long rows, double pValue) {
        return new LossTest.Tested(rows, 16, 0.01, 2.5, pValue);
    }

    static TrainingReport report(LossTest move, LossTest direction) {
        HeadMetrics up = new HeadMetrics.Probability(2_000, 0.1, 0.25, 0.27, 0.1, 0.6, 0.01);
        HeadMetrics down = new HeadMetrics.Probability(2_000, 0.1, 0.262, 0.277, 0.1, 0.6, 0.01);
        return new TrainingReport(
                5_000,
                2,
                new TrainingReport.Data(
                        Instant.EPOCH, Instant.EPOCH.plusSeconds(1), List.of(), "0".repeat(64)),
                new TrainingReport.Provenance("lightgbm", "4.3.0", 1, "25", Instant.EPOCH),
                List.of(),
                Map.of(Head.P_UP, up, Head.P_DOWN, down),
                new Evidence(move, direction),
                Map.of(Head.P_UP, Calibration.IDENTITY),
                Map.of(),
                Map.of(),
                TrainingReport.Probe.none(),
                Map.of(),
                1);
    }
}
