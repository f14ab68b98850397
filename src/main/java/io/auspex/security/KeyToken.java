package io.auspex.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A key as it is sent: {@code auspex_<id>_<secret>}, the id twelve hexadecimal digits, the secret
 * 256 random bits in base64url.
 *
 * <p>What is stored is one SHA-256 of it, and not a slow hash with salt: those are for passwords,
 * which can be guessed. 256 random bits cannot, with any amount of hashing per second, and every
 * request is checked.
 *
 * @param text the whole key
 */
record KeyToken(String id, String text) {

    private static final String START = "auspex_";
    private static final int ID_CHARS = 12;
    private static final int SECRET_BYTES = 32;
    private static final int SECRET_CHARS = 43;
    private static final int LENGTH = START.length() + ID_CHARS + 1 + SECRET_CHARS;

    private static final ThreadLocal<MessageDigest> SHA_256 =
            ThreadLocal.withInitial(() -> {
                try {
                    return MessageDigest.getInstance("SHA-256");
                } catch (NoSuchAlgorithmException e) {
                    throw new IllegalStateException("every Java has SHA-256", e);
                }
            });

    static KeyToken generate(SecureRandom random) {
        byte[] id = new byte[ID_CHARS / 2];
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(id);
        random.nextBytes(secret);
        String hex = HexFormat.of().formatHex(id);
        return new KeyToken(
                hex,
                START + hex + "_" + Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
    }

    /** The id in what looks like a key; empty for any other text. */
    static Optional<String> id(String text) {
        return text.length() == LENGTH
                        && text.startsWith(START)
                        && text.charAt(START.length() + ID_CHARS) == '_'
                ? Optional.of(text.substring(START.length(), START.length() + ID_CHARS))
                : Optional.empty();
    }

    byte[] digest() {
        return digest(text);
    }

    static byte[] digest(String token) {
        return SHA_256.get().digest(token.getBytes(StandardCharsets.UTF_8));
    }

    /** Not the secret. */
    @Override
    public String toString() {
        return START + id + "_...";
    }
}
