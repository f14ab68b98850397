package io.auspex.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.platform.Failure;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SecretBoxTest {

    private static final String OLD = key("k1", 1);
    private static final String NEW = key("k2", 2);

    private static String key(String id, int fill) {
        byte[] bytes = new byte[32];
        java.util.Arrays.fill(bytes, (byte) fill);
        return id + ":" + Base64.getEncoder().encodeToString(bytes);
    }

    @Test
    void whatWasSealedCanBeOpenedAlsoAfterTheKeyHasChanged() {
        SecretBox.Sealed sealed = SecretBox.of(Optional.of(OLD), List.of()).seal("bot", "value");
        assertThat(sealed.keyId()).isEqualTo("k1");
        assertThat(new String(sealed.ciphertext(), java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("value");
        SecretBox rotated = SecretBox.of(Optional.of(NEW), List.of(OLD));
        assertThat(rotated.open(sealed)).isEqualTo("value");
        assertThat(rotated.seal("bot", "value").keyId()).isEqualTo("k2");
        assertThatThrownBy(() -> SecretBox.of(Optional.of(NEW), List.of()).open(sealed))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("k1")
                .hasMessageContaining("AUSPEX_SECRETS_OLD_KEYS");
    }

    @Test
    void twiceTheSameIsNeverSealedTheSame() {
        SecretBox box = SecretBox.of(Optional.of(OLD), List.of());
        assertThat(box.seal("bot", "value").ciphertext())
                .isNotEqualTo(box.seal("bot", "value").ciphertext());
    }

    @Test
    void whatWasChangedCannotBeOpened() {
        SecretBox box = SecretBox.of(Optional.of(OLD), List.of());
        SecretBox.Sealed sealed = box.seal("bot", "value");
        byte[] changed = sealed.ciphertext().clone();
        changed[0] ^= 1;
        assertThatThrownBy(
                        () -> box.open(new SecretBox.Sealed("bot", "k1", sealed.nonce(), changed)))
                .hasMessageContaining("was changed");
        assertThatThrownBy(() ->
                        box.open(
                                new SecretBox.Sealed(
                                        "other", "k1", sealed.nonce(), sealed.ciphertext())))
                .hasMessageContaining("was changed");
    }

    @Test
    void aKeyThatIsNoneIsRefusedWithAnExample() {
        for (String bad :
                List.of("k1", "k1:abc", "k1:" + "A".repeat(20), ":" + OLD, "a b:" + OLD)) {
            assertThatThrownBy(() -> SecretBox.of(Optional.of(bad), List.of()))
                    .hasMessageContaining("openssl rand -base64 32");
        }
        assertThatThrownBy(() -> SecretBox.of(Optional.of(OLD), List.of(OLD)))
                .hasMessageContaining("k1");
        assertThatThrownBy(() -> SecretBox.of(Optional.empty(), List.of()).seal("a", "b"))
                .hasMessageContaining("AUSPEX_SECRETS_KEY");
    }
}
