package io.auspex.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class UnusualUseTest {

    private static final SecurityConfig.Unusual RULES =
            new SmallRyeConfigBuilder()
                    .addDefaultInterceptors()
                    .withMapping(SecurityConfig.class)
                    .withConverter(
                            Duration.class,
                            300,
                            new io.quarkus.runtime.configuration.DurationConverter())
                    .build()
                    .getConfigMapping(SecurityConfig.class)
                    .unusual();

    private static final UnusualUse.History USUAL = new UnusualUse.History(100, 500, 30, true);

    private static String rule(long calls, long refusals, UnusualUse.History history) {
        return UnusualUse.judge(new KeyActivity.Counts(calls, refusals), history, 3, RULES)
                .map(UnusualUse::rule)
                .orElse("usual");
    }

    @Test
    void manyRefusalsAreUnusual() {
        assertThat(rule(100, 20, USUAL)).isEqualTo("refusals");
        assertThat(rule(100, 19, USUAL)).isEqualTo("usual");
    }

    @Test
    void tenTimesTheUsualRateIsUnusualOnceTheUsualRateIsKnown() {
        assertThat(rule(1_000, 0, USUAL)).isEqualTo("rate");
        assertThat(rule(999, 0, USUAL)).isEqualTo("usual");
        assertThat(rule(1_000, 0, new UnusualUse.History(100, 59, 1, true))).isEqualTo("usual");
        assertThat(rule(599, 0, new UnusualUse.History(1, 500, 30, true))).isEqualTo("usual");
    }

    @Test
    void anHourInWhichItWasNeverUsedIsUnusualAfterAWeek() {
        assertThat(rule(1, 0, new UnusualUse.History(100, 500, 7, false))).isEqualTo("hours");
        assertThat(rule(1, 0, new UnusualUse.History(100, 500, 6, false))).isEqualTo("usual");
        assertThat(rule(0, 0, new UnusualUse.History(100, 500, 30, false))).isEqualTo("usual");
    }
}
