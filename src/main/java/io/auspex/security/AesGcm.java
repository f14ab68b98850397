package io.auspex.security;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-256 in Galois/Counter mode (NIST SP 800-38D): a nonce of 96 random bits, a tag of 128. */
final class AesGcm {

    static final int KEY_BYTES = 32;
    static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private AesGcm() {}

    static byte[] nonce() {
        byte[] nonce = new byte[NONCE_BYTES];
        new SecureRandom().nextBytes(nonce);
        return nonce;
    }

    /**
     * @param context what the text belongs to: it can be read back only with the same
     */
    static byte[] encrypt(byte[] key, byte[] nonce, String context, String text) {
        try {
            return cipher(Cipher.ENCRYPT_MODE, key, nonce, context)
                    .doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has AES-GCM", e);
        }
    }

    /**
     * @throws GeneralSecurityException when the key is another, or anything was changed
     */
    static String decrypt(byte[] key, byte[] nonce, String context, byte[] ciphertext)
            throws GeneralSecurityException {
        return new String(
                cipher(Cipher.DECRYPT_MODE, key, nonce, context).doFinal(ciphertext),
                StandardCharsets.UTF_8);
    }

    private static Cipher cipher(int mode, byte[] key, byte[] nonce, String context)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
