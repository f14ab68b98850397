package io.auspex.security;

import io.auspex.platform.Failure;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Encrypts secrets with AES-256-GCM under keys of the environment: one current, and those from
 * before, with which old secrets can still be read. The name of a secret is part of its
 * authentication, so that one cannot be put in another's place.
 */
final class SecretBox {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,32}");

    private final Map<String, byte[]> keys;
    private final Optional<String> current;

    private SecretBox(Map<String, byte[]> keys, Optional<String> current) {
        this.keys = keys;
        this.current = current;
    }

    /** A secret as it is stored. */
    record Sealed(String name, String keyId, byte[] nonce, byte[] ciphertext) {}

    /**
     * @throws IllegalArgumentException when a key is not {@code <id>:<32 bytes in base64>}, or two
     *     have one id
     */
    static SecretBox of(Optional<String> key, List<String> oldKeys) {
        Map<String, byte[]> keys = new LinkedHashMap<>();
        Optional<String> given = key.filter(text -> !text.isBlank());
        List<String> all = new ArrayList<>();
        given.ifPresent(all::add);
        oldKeys.stream().filter(text -> !text.isBlank()).forEach(all::add);
        for (String text : all) {
            int colon = text.indexOf(':');
            String id = colon < 0 ? "" : text.substring(0, colon).strip();
            byte[] bytes = decoded(text.substring(colon + 1).strip());
            if (!ID.matcher(id).matches() || bytes.length != AesGcm.KEY_BYTES) {
                throw new IllegalArgumentException(
                        "a key of secrets looks like k1:<32 bytes in base64>, for example"
                                + " AUSPEX_SECRETS_KEY=\"k1:$(openssl rand -base64 32)\"");
            }
            if (keys.putIfAbsent(id, bytes) != null) {
                throw new IllegalArgumentException("two keys of secrets have the id " + id);
            }
        }
        return new SecretBox(keys, given.map(text -> text.substring(0, text.indexOf(':')).strip()));
    }

    private static byte[] decoded(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException notBase64) {
            return new byte[0];
        }
    }

    Optional<String> currentId() {
        return current;
    }

    /**
     * @throws Failure CONFLICT {@code no-secrets-key} when none is configured
     */
    Sealed seal(String name, String value) {
        String id =
                current.orElseThrow(() ->
                        new Failure(
                                Failure.Category.CONFLICT,
                                "no-secrets-key",
                                "secrets are stored encrypted, and no key is configured: start with"
                                        + " AUSPEX_SECRETS_KEY=\"k1:$(openssl rand -base64 32)\""));
        byte[] nonce = AesGcm.nonce();
        return new Sealed(name, id, nonce, AesGcm.encrypt(key(id, name), nonce, name, value));
    }

    /**
     * @throws Failure CONFLICT {@code secrets-key-missing} when its key is not configured, INTERNAL
     *     {@code secret-damaged} when it was changed
     */
    String open(Sealed secret) {
        byte[] key = key(secret.keyId(), secret.name());
        try {
            return AesGcm.decrypt(key, secret.nonce(), secret.name(), secret.ciphertext());
        } catch (GeneralSecurityException changed) {
            throw new Failure(
                    Failure.Category.INTERNAL,
                    "secret-damaged",
                    "secret '%s' cannot be read with key %s: it was changed, or the key is another"
                            .formatted(secret.name(), secret.keyId()),
                    changed);
        }
    }

    private byte[] key(String id, String name) {
        byte[] key = keys.get(id);
        if (key == null) {
            throw new Failure(
                    Failure.Category.CONFLICT,
                    "secrets-key-missing",
                    "secret '%s' is encrypted with key %s, which is not configured: add it to AUSPEX_SECRETS_OLD_KEYS"
                            .formatted(name, id));
        }
        return key;
    }
}
