package io.auspex.shadow;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.shadow.ShadowTrial.Kind;
import io.auspex.shadow.ShadowTrial.State;
import io.auspex.shadow.TrialStore.Standing;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TrialProposalsTest {

    private static final String FEED = "simulated:7";

    private final TrialProposals proposals = new TrialProposals(true, 2_880, 4);

    @Test
    void aNewChampionIsWatchedBeforeItsChallengerIsTried() {
        var watch = proposals.propose(standing(5, 6, false, true), FEED).orElseThrow();
        assertThat(watch.kind()).isEqualTo(Kind.WATCH);
        assertThat(watch.shadow()).isEqualTo(4);
        assertThat(watch.closes()).isEqualTo(2_880);
        var challenge = proposals.propose(standing(5, 6, false, false), FEED).orElseThrow();
        assertThat(challenge.kind()).isEqualTo(Kind.CHALLENGE);
        assertThat(challenge.shadow()).isEqualTo(6);
        assertThat(challenge.closes()).isEqualTo(720);
        assertThat(proposals.propose(standing(5, null, false, false), FEED)).isEmpty();
    }

    @Test
    void nobodyIsOnTrialWhoIsNotToBe() {
        assertThat(proposals.propose(standing(5, 6, true, true), FEED)).as("frozen").isEmpty();
        TrialProposals unwatched = new TrialProposals(false, 2_880, 4);
        assertThat(unwatched.propose(standing(5, null, false, true), FEED)).isEmpty();
        assertThat(unwatched.propose(standing(5, 6, false, true), FEED).orElseThrow().kind())
                .isEqualTo(Kind.CHALLENGE);
    }

    @Test
    void aTrialEndsWithItsChampionItsChallengerOrItsFeed() {
        ShadowTrial challenge = trial(Kind.CHALLENGE, null, 5, 6);
        assertThat(proposals.over(challenge, standing(5, 6, false, false), FEED)).isEmpty();
        assertThat(proposals.over(challenge, standing(7, 6, false, false), FEED))
                .hasValue("v7 is the champion now");
        assertThat(proposals.over(challenge, standing(5, 8, false, false), FEED)).isPresent();
        assertThat(proposals.over(challenge, standing(5, 6, false, false), "simulated:8"))
                .hasValue("the feed is simulated:8 now");
        assertThat(proposals.over(challenge, standing(5, 6, true, false), FEED))
                .hasValueSatisfying(why -> assertThat(why).contains("frozen"));
        ShadowTrial watch = trial(Kind.WATCH, 11L, 5, 4);
        assertThat(proposals.over(watch, standing(5, 6, false, false), FEED))
                .as("a challenger waits")
                .isEmpty();
        assertThat(proposals.over(trial(Kind.WATCH, 10L, 5, 4), standing(5, 6, false, true), FEED))
                .as("the champion went and came back: another promotion, another watch")
                .isPresent();
    }

    @Test
    void looksAreAtEqualDistances() {
        ShadowTrial watch = trial(Kind.WATCH, 11L, 5, 4);
        assertThat(watch.closesOfLook(1)).isEqualTo(720);
        assertThat(watch.closesOfLook(4)).isEqualTo(2_880);
    }

    private static Standing standing(
            int champion, @Nullable Integer challenger, boolean frozen, boolean watchable) {
        return new Standing("m", champion, challenger, frozen, 720, 0, 11L, 4, watchable);
    }

    private static ShadowTrial trial(
            Kind kind, @Nullable Long promotion, int champion, int shadow) {
        return new ShadowTrial(
                1,
                "m",
                kind,
                promotion,
                FEED,
                champion,
                shadow,
                2_880,
                4,
                0,
                State.OPEN,
                "",
                Instant.EPOCH,
                null);
    }
}
