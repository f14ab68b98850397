package io.auspex.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import org.junit.jupiter.api.Test;

class RolesTest {

    @Test
    void aProcessHasTheRolesThatItIsGiven() {
        Roles roles = new Roles(" refit, Serve");
        assertThat(roles.has(Role.SERVE)).isTrue();
        assertThat(roles.has(Role.INGEST)).isFalse();
        assertThat(roles.labels()).containsExactly("serve", "refit");
        assertThat(roles).hasToString("serve, refit");
    }

    @Test
    void anotherNameEndsTheStartWithThoseThereAre() {
        for (String wrong : new String[] {"", "serving", "serve,,refit"}) {
            assertThatThrownBy(() -> new Roles(wrong))
                    .as(wrong)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("some of serve, ingest and refit");
        }
    }

    /** PostgreSQL cuts longer names, and a name that was cut would be nobody's. */
    @Test
    void theNameOfAProcessFitsIntoADatabaseSession() {
        assertThat(ProcessName.fresh()).startsWith("auspex-").hasSizeLessThanOrEqualTo(63);
        assertThat(ProcessName.fresh()).isNotEqualTo(ProcessName.fresh());
    }
}
