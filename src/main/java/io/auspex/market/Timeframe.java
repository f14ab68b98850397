package io.auspex.market;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Duration;

/**
 * The length of a candle. Candles lie on the grid of whole multiples of it since the Unix epoch, in
 * UTC.
 */
public enum Timeframe {
    ONE_MINUTE("1m", Duration.ofMinutes(1)),
    FIVE_MINUTES("5m", Duration.ofMinutes(5)),
    FIFTEEN_MINUTES("15m", Duration.ofMinutes(15)),
    ONE_HOUR("1h", Duration.ofHours(1)),
    FOUR_HOURS("4h", Duration.ofHours(4)),
    ONE_DAY("1d", Duration.ofDays(1));

    private final String code;
    private final long millis;

    Timeframe(String code, Duration length) {
        this.code = code;
        this.millis = length.toMillis();
    }

    /** Reads {@code 5m}, {@code 1h} and the like. */
    @JsonCreator
    public static Timeframe of(String code) {
        for (Timeframe timeframe : values()) {
            if (timeframe.code.equals(code)) {
                return timeframe;
            }
        }
        throw new IllegalArgumentException(
                "unknown timeframe '" + code + "'; use one of 1m, 5m, 15m, 1h, 4h, 1d");
    }

    /** The short form used in names, files and JSON: {@code 5m}. */
    @JsonValue
    public String code() {
        return code;
    }

    /** Length in milliseconds. */
    public long millis() {
        return millis;
    }

    /** Whether an open time lies on this timeframe's grid. */
    public boolean isOnGrid(long openTimeMillis) {
        return Math.floorMod(openTimeMillis, millis) == 0;
    }

    /** The open time of the candle of this timeframe that contains the given instant. */
    public long openTimeOf(long timeMillis) {
        return timeMillis - Math.floorMod(timeMillis, millis);
    }

    @Override
    public String toString() {
        return code;
    }
}
