package io.auspex.security;

/**
 * A key that was just made.
 *
 * @param token the key itself: nobody can show it again
 */
public record IssuedKey(ApiKey key, String token) {

    /** Not the secret. */
    @Override
    public String toString() {
        return key.toString();
    }
}
