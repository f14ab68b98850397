package io.auspex.features;

/**
 * Pearson correlation of close and volume over the last {@code n} candles, -1 to 1 (TA-Lib CORREL).
 * A constant close or volume gives 0, as in TA-Lib.
 */
final class VolumePriceCorrelation extends RollingSums {

    private final Peak pricePeak = new Peak();
    private final Peak volumePeak = new Peak();
    private double priceMean;
    private double volumeMean;
    private double priceSquares;
    private double volumeSquares;
    private double products;

    VolumePriceCorrelation(int period) {
        super(period);
    }

    @Override
    void slide(CandleWindow window) {
        double price = window.close(0);
        double volume = window.volume(0);
        double priceDelta = price - window.close(period);
        double volumeDelta = volume - window.volume(period);
        double priceBefore = window.close(period) - priceMean;
        double volumeBefore = window.volume(period) - volumeMean;
        priceMean += priceDelta / period;
        volumeMean += volumeDelta / period;
        priceSquares += priceDelta * ((price - priceMean) + priceBefore);
        volumeSquares += volumeDelta * ((volume - volumeMean) + volumeBefore);
        products += priceDelta * (volume - volumeMean) + volumeDelta * priceBefore;
    }

    @Override
    void recompute(CandleWindow window) {
        // Relative to the newest candle: constant closes or volumes give exact zeros.
        double price = window.close(0);
        double volume = window.volume(0);
        double priceSum = 0;
        double volumeSum = 0;
        for (int back = period - 1; back > 0; back--) {
            priceSum += window.close(back) - price;
            volumeSum += window.volume(back) - volume;
        }
        double priceOffset = priceSum / period;
        double volumeOffset = volumeSum / period;
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
        priceMean = price + priceOffset;
        volumeMean = volume + volumeOffset;
        pricePeak.reset(priceSquares);
        volumePeak.reset(volumeSquares);
    }

    @Override
    boolean isPrecise() {
        // Both are asked every time: each keeps its own peak.
        return pricePeak.isNear(priceSquares) & volumePeak.isNear(volumeSquares);
    }

    double value() {
        if (priceSquares == 0 || volumeSquares == 0) {
            return 0;
        }
        double scale = Math.sqrt(priceSquares) * Math.sqrt(volumeSquares);
        return Math.clamp(products / scale, -1, 1);
    }
}
