package io.auspex.bench;

import io.auspex.features.FeatureEngine;
import io.auspex.features.FeatureSchema;
import io.auspex.features.FeatureSet;
import io.auspex.ingest.SimulatedMarket;
import io.auspex.ingest.SimulatedMarketGenerator;
import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Timeframe;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The features of the standard set after one more candle: update and vector, per candle. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class FeatureUpdateBenchmark {

    /** Of one close. */
    private static final int SYMBOLS = 5;

    private static final int WARM_DAYS = 50;
    private static final int CLOSES_A_DAY = 288;

    private SimulatedMarketGenerator market;
    private FeatureEngine engine;
    private float[] row;

    @Setup
    public void history() {
        SimulatedMarket spec =
                new SimulatedMarket(7, 1, SYMBOLS, WARM_DAYS, Timeframe.FIVE_MINUTES, 0);
        FeatureSchema schema = FeatureSet.standard().schema(spec.symbols());
        market = new SimulatedMarketGenerator(spec);
        engine = new FeatureEngine(schema);
        row = new float[schema.size()];
        for (int i = 0; i < WARM_DAYS * CLOSES_A_DAY; i++) {
            engine.accept(market.next());
        }
    }

    /** What making the candles costs: to be subtracted. */
    @Benchmark
    @OperationsPerInvocation(SYMBOLS)
    public MarketClose candleAlone() {
        return market.next();
    }

    @Benchmark
    @OperationsPerInvocation(SYMBOLS)
    public float candleAndItsFeatures() {
        MarketClose close = market.next();
        engine.accept(close);
        float sum = 0;
        for (Candle candle : close.candles()) {
            engine.write(candle.symbol(), row, 0);
            sum += row[0];
        }
        return sum;
    }
}
