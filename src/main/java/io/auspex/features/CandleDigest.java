package io.auspex.features;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The SHA-256 that names a set of candles. Of each candle, in order of time and then symbol: symbol
 * and timeframe in UTF-8, each followed by a zero byte, then big-endian the open time (int64) and
 * open, high, low, close, volume (float64). One thread.
 */
public final class CandleDigest {

    private final MessageDigest digest;
    private final ByteBuffer numbers = ByteBuffer.allocate(6 * Long.BYTES);

    public CandleDigest() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    public void add(MarketClose close) {
        for (Candle candle : close.candles()) {
            add(candle);
        }
    }

    public void add(Candle candle) {
        digest.update(candle.symbol().name().getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        digest.update(candle.timeframe().code().getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        numbers.clear()
                .putLong(candle.openTimeMillis())
                .putDouble(candle.open())
                .putDouble(candle.high())
                .putDouble(candle.low())
                .putDouble(candle.close())
                .putDouble(candle.volume());
        digest.update(numbers.array());
    }

    /** 64 hexadecimal digits; the digest begins anew. */
    public String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** 64 hexadecimal digits of what was added so far; the digest goes on. */
    String hexSoFar() {
        try {
            return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the SHA-256 of every Java runtime can be copied", e);
        }
    }
}
