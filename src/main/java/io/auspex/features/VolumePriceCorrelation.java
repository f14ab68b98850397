package io.auspex.features;

/**
 * Pearson correlation of close and volume over the last {@code n} candles, -1 to 1 (TA-Lib CORREL).
 * A constant close or volume gives 0, as in TA-Lib.
 */
final class VolumePriceCorrelation extends RollingSums {

    private final Peak pricePeak = new Peak();
    private final Peak volumePeak = new Peak();
    private double price;
    private double volume;

    /** The means less the reference price and volume. */
    private double priceOffset;

    private double volumeOffset;
    private double priceSquares;
    private double volumeSquares;
    private double products;

    VolumePriceCorrelation(int period) {
        super(period);
    }

    @Override
    void slide(CandleWindow window) {
        double priceAdded = window.close(0) - price;
        double volumeAdded = window.volume(0) - volume;
        double priceDelta = window.close(0) - window.close(period);
        double volumeDelta = window.volume(0) - window.volume(period);
        double priceBefore = window.close(period) - price - priceOffset;
        double volumeBefore = window.volume(period) - volume - volumeOffset;
        priceOffset += priceDelta / period;
        volumeOffset += volumeDelta / period;
        priceSquares += priceDelta * ((priceAdded - priceOffset) + priceBefore);
        volumeSquares += volumeDelta * ((volumeAdded - volumeOffset) + volumeBefore);
        products += priceDelta * (volumeAdded - volumeOffset) + volumeDelta * priceBefore;
    }

    @Override
    void recompute(CandleWindow window) {
        // Relative to the newest candle: constant closes or volumes give exact zeros.
        price = window.close(0);
        volume = window.volume(0);
        double priceSum = 0;
        double volumeSum = 0;
        for (int back = period - 1; back > 0; back--) {
            priceSum += window.close(back) - price;
            volumeSum += window.volume(back) - volume;
        }
        priceOffset = priceSum / period;
        volumeOffset = volumeSum / period;
        priceSquares = 0;
        volumeSquares = 0;
        products = 0;
        for (int back = period - 1; back >= 0; back--) {
            double x = window.close(back) - price - priceOffset;
            double y = window.volume(back) - volume - volumeOffset;
            priceSquares += x * x;
            volumeSquares += y * y;
            products += x * y;
        }
        pricePeak.reset(priceSquares);
        volumePeak.reset(volumeSquares);
    }

    @Override
    boolean isPrecise() {
        // Both are asked every time: each keeps its own peak.
        boolean pricePrecise = pricePeak.isNear(priceSquares);
        boolean volumePrecise = volumePeak.isNear(volumeSquares);
        return pricePrecise && volumePrecise;
    }

    double value() {
        if (priceSquares == 0 || volumeSquares == 0) {
            return 0;
        }
        double scale = Math.sqrt(priceSquares) * Math.sqrt(volumeSquares);
        return Math.clamp(products / scale, -1, 1);
    }
}
