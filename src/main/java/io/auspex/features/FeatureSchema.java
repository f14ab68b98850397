package io.auspex.features;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;

/**
 * The ordered names of a feature vector, and the hash that stands for them. Two vectors with the
 * same hash have the same features in the same places.
 *
 * @param names unique, in the order of the vector
 * @param hash the first 16 hexadecimal digits of the SHA-256 of the names joined by line feeds
 */
public record FeatureSchema(List<String> names, String hash) {

    public FeatureSchema {
        names = List.copyOf(names);
        if (names.isEmpty()) {
            throw new IllegalArgumentException("a schema needs at least one feature");
        }
        if (new HashSet<>(names).size() != names.size()) {
            throw new IllegalArgumentException("feature names must be unique");
        }
        if (!hash.equals(hashOf(names))) {
            throw new IllegalArgumentException(
                    "schema hash " + hash + " does not belong to these names");
        }
    }

    public static FeatureSchema of(List<String> names) {
        return new FeatureSchema(names, hashOf(names));
    }

    /** Number of features: F in {@code float32[N, F]}. */
    public int size() {
        return names.size();
    }

    private static String hashOf(List<String> names) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(String.join("\n", names).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
