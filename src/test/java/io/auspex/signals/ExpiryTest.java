package io.auspex.signals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.market.Timeframe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpiryTest {

    private static final long CLOSE = 1_700_000_100_000L;

    @Test
    void aSignalIsGoodUntilTheNextCloseUnlessTheRuleSaysOtherwise() {
        assertThat(Expiry.UNTIL_THE_NEXT_CLOSE.of(CLOSE, Timeframe.ONE_HOUR))
                .isEqualTo(CLOSE + 3_600_000);
        assertThat(new Expiry(0.5).of(CLOSE, Timeframe.FIVE_MINUTES)).isEqualTo(CLOSE + 150_000);
        assertThat(new Expiry(1e-9).of(CLOSE, Timeframe.FIVE_MINUTES))
                .as("never before it was made")
                .isGreaterThan(CLOSE);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY, 1_001})
    void aRuleThatIsNoneIsRefused(double candles) {
        assertThatThrownBy(() -> new Expiry(candles))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("auspex.signals.expires-after");
    }
}
