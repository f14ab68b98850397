package io.auspex.feedback;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.auspex.feedback.OutcomeStore.Judged;
import io.auspex.market.Symbol;
import io.auspex.model.Head;
import io.auspex.model.TargetSpec;
import io.auspex.platform.Json;
import io.auspex.serving.TinyModels;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Ten days of one symbol that goes up and down by turns: version 1 was right for six of them and
 * wrong since; after the eighth version 2 took over, which is as wrong.
 */
class ChampionFeedbackTest {

    private static final Duration STEP = Duration.ofMinutes(5);
    private static final Duration HORIZON = Duration.ofHours(2);
    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    private static final Instant TURN = START.plus(Duration.ofDays(6));
    private static final Instant TAKEOVER = START.plus(Duration.ofDays(8));
    private static final Instant END = START.plus(Duration.ofDays(10));
    private static final FeedbackConfig CONFIG =
            new SmallRyeConfigBuilder()
                    .withMapping(FeedbackConfig.class)
                    .build()
                    .getConfigMapping(FeedbackConfig.class);

    @Test
    void theMomentOfAChangeOutlivesTheChampionThatMetIt() {
        assertThat(since(START.minus(Duration.ofDays(40))))
                .isBetween(TURN.minus(HORIZON), TURN.plus(HORIZON));
    }

    @Test
    void aChampionOfTheTimeSinceAChangeIsNotLedBackToIt() {
        Instant learntFrom = TURN.plus(Duration.ofDays(1));
        assertThat(since(learntFrom)).isAfter(learntFrom);
    }

    @Test
    void whoeverDoesNotSayWhatItLearntFromKnowsOnlyItsOwnLife() {
        assertThat(since(null)).isAfterOrEqualTo(TAKEOVER);
    }

    /** Whether it learns of them from the database or while it serves. */
    @Test
    void outcomesThatComeLateAreRememberedTheSame() {
        Instant from = START.minus(Duration.ofDays(40));
        ChampionFeedback champion = champion(from);
        champion.remember(outcomes(1, START, TAKEOVER.minus(HORIZON)));
        champion.judge(outcomes(1, TAKEOVER.minus(HORIZON), TAKEOVER));
        champion.judge(outcomes(2, TAKEOVER, END));
        champion.publish();
        assertThat(champion.figures().direction()).isNotNull();
        assertThat(champion.figures().direction().since()).isEqualTo(since(from));
        assertThat(champion.figures().direction().outcomes()).isEqualTo(outcomesTested());
    }

    private static long outcomesTested() {
        return Duration.between(TAKEOVER, END).dividedBy(STEP);
    }

    private static Instant since(@Nullable Instant dataFrom) {
        ChampionFeedback champion = champion(dataFrom);
        champion.remember(outcomes(1, START, TAKEOVER));
        champion.judge(outcomes(2, TAKEOVER, END));
        champion.publish();
        Deficit direction = champion.figures().direction();
        assertThat(direction).isNotNull();
        assertThat(direction.since()).isNotNull();
        return direction.since();
    }

    private static ChampionFeedback champion(@Nullable Instant dataFrom) {
        ObjectNode report = Json.mapper().createObjectNode();
        if (dataFrom != null) {
            report.putObject("data").put("from", dataFrom.toString());
        }
        return new ChampionFeedback(
                "market",
                2,
                TinyModels.tiny().schema(),
                TargetSpec.standard(),
                HORIZON.toMillis(),
                TrainedFacts.of(report),
                CONFIG);
    }

    private static List<Judged> outcomes(int version, Instant from, Instant to) {
        List<Judged> outcomes = new ArrayList<>();
        for (Instant close = from; close.isBefore(to); close = close.plus(STEP)) {
            long number = close.toEpochMilli() / STEP.toMillis();
            boolean up = number / 5 % 2 == 0;
            boolean says = close.isBefore(TURN) == up;
            String id = version + "-" + number;
            outcomes.add(
                    new Judged(
                            new DueSignal(
                                    id,
                                    version,
                                    new Symbol("ETHSIM"),
                                    close.toEpochMilli(),
                                    100,
                                    Map.of(
                                            Head.P_UP,
                                            says ? 0.6 : 0.3,
                                            Head.P_DOWN,
                                            says ? 0.3 : 0.6)),
                            new SignalOutcome(
                                    id,
                                    close.plus(HORIZON),
                                    up ? 0.01 : -0.01,
                                    up,
                                    !up,
                                    false,
                                    null)));
        }
        return outcomes;
    }
}
