package io.auspex.backtest;

import io.auspex.model.Head;
import io.auspex.signals.PendingSignal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * SHA-256 over signals, close by close: {@code next = sha256(before, close, symbol, version,
 * action, reason, bits of the heads)}. Two runs with the same chain said the same.
 */
final class SignalChain {

    /** Before any signal. */
    static final String START = "0".repeat(64);

    private final MessageDigest digest = sha256();
    private byte[] value;

    SignalChain(String hex) {
        value = HexFormat.of().parseHex(hex);
    }

    void add(List<PendingSignal> ofClose) {
        if (ofClose.isEmpty()) {
            return;
        }
        digest.update(value);
        ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
        for (PendingSignal signal : ofClose) {
            digest.update(number.clear().putLong(signal.closeTimeMillis()).flip());
            text(signal.symbol().name());
            digest.update(number.clear().putLong(signal.version()).flip());
            text(signal.decision().action().name());
            text(signal.decision().reason());
            for (Map.Entry<Head, Double> head : signal.heads().entrySet()) {
                text(head.getKey().code());
                digest.update(
                        number.clear().putLong(Double.doubleToRawLongBits(head.getValue())).flip());
            }
        }
        value = digest.digest();
    }

    String hex() {
        return HexFormat.of().formatHex(value);
    }

    private void text(String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
    }

    /** Of a text. */
    static byte[] sha256(String text) {
        return sha256().digest(text.getBytes(StandardCharsets.UTF_8));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
