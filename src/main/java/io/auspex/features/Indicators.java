package io.auspex.features;

import io.auspex.features.RollingExtreme.Highest;
import io.auspex.features.RollingExtreme.Lowest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * The indicators that the terms of one series state share: one of each kind and period, in an order
 * in which each comes after those it reads.
 */
final class Indicators {

    private final Map<Key, Indicator> byKey = new LinkedHashMap<>();

    RollingMoments moments(int period) {
        return get(RollingMoments.class, period, RollingMoments::new);
    }

    RollingVolume volume(int period) {
        return get(RollingVolume.class, period, RollingVolume::new);
    }

    Highest highest(int period) {
        return get(Highest.class, period, Highest::new);
    }

    Lowest lowest(int period) {
        return get(Lowest.class, period, Lowest::new);
    }

    Rsi rsi(int period) {
        return get(Rsi.class, period, Rsi::new);
    }

    Macd macd() {
        return get(Macd.class, 0, _ -> new Macd());
    }

    Stochastic stochastic(int period) {
        return get(Stochastic.class, period, n -> new Stochastic(n, highest(n), lowest(n)));
    }

    Atr atr(int period) {
        return get(Atr.class, period, Atr::new);
    }

    Adx adx(int period) {
        return get(Adx.class, period, Adx::new);
    }

    ObvSlope obvSlope(int period) {
        return get(ObvSlope.class, period, ObvSlope::new);
    }

    Mfi mfi(int period) {
        return get(Mfi.class, period, Mfi::new);
    }

    VolumePriceCorrelation volumePriceCorrelation(int period) {
        return get(VolumePriceCorrelation.class, period, VolumePriceCorrelation::new);
    }

    Indicator[] inOrder() {
        return byKey.values().toArray(Indicator[]::new);
    }

    private <T extends Indicator> T get(Class<T> kind, int period, IntFunction<T> create) {
        Key key = new Key(kind, period);
        Indicator known = byKey.get(key);
        if (known != null) {
            return kind.cast(known);
        }
        // Creating it first puts what it reads before it.
        T created = create.apply(period);
        byKey.put(key, created);
        return created;
    }

    private record Key(Class<? extends Indicator> kind, int period) {}
}
