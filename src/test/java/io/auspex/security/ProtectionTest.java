package io.auspex.security;

import static io.auspex.security.Protection.Mode.ENFORCED;
import static io.auspex.security.Protection.Mode.OFF;
import static io.auspex.security.Protection.Mode.OPEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.security.SecuritySwitch.Setting;
import org.junit.jupiter.api.Test;

class ProtectionTest {

    private static final String LOCAL = "127.0.0.1";
    private static final String EVERYWHERE = "0.0.0.0";

    @Test
    void withoutCredentialsItIsOpenToThisMachineAlone() {
        assertThat(Protection.decide(Setting.AUTO, true, false, LOCAL)).isEqualTo(OPEN);
        assertThat(Protection.decide(Setting.AUTO, true, true, LOCAL)).isEqualTo(ENFORCED);
        assertThat(Protection.decide(Setting.AUTO, false, true, EVERYWHERE)).isEqualTo(ENFORCED);
        assertThat(Protection.decide(Setting.ON, true, true, LOCAL)).isEqualTo(ENFORCED);
        assertThat(Protection.decide(Setting.OFF, false, false, EVERYWHERE)).isEqualTo(OFF);
    }

    @Test
    void whereNobodyCouldGetInItDoesNotStartAndSaysWhatToDo() {
        assertThatThrownBy(() -> Protection.decide(Setting.AUTO, false, false, EVERYWHERE))
                .hasMessageContaining("0.0.0.0")
                .hasMessageContaining("./auspex keys create --role=admin")
                .hasMessageContaining("AUSPEX_SECURITY_ADMIN_KEY")
                .hasMessageContaining("--security=off");
        assertThatThrownBy(() -> Protection.decide(Setting.ON, true, false, LOCAL))
                .hasMessageContaining("keys create");
    }

    @Test
    void knowsAddressesOfThisMachine() {
        assertThat(Protection.isLoopback("127.0.0.1")).isTrue();
        assertThat(Protection.isLoopback("127.9.9.9")).isTrue();
        assertThat(Protection.isLoopback("::1")).isTrue();
        assertThat(Protection.isLoopback("localhost")).isTrue();
        assertThat(Protection.isLoopback("0.0.0.0")).isFalse();
        assertThat(Protection.isLoopback("::")).isFalse();
        assertThat(Protection.isLoopback("10.1.2.3")).isFalse();
        assertThat(Protection.isLoopback("no.such.host.invalid")).isFalse();
    }
}
