package io.auspex.bench;

import java.util.Arrays;

/** Runs the measurement that the first argument names. */
public final class Bench {

    private static final String USAGE =
            """
            usage: ./auspex bench <name> [options]

              honesty   what the gate decides on simulated markets whose truth is known
                        --seeds=50      markets a row
                        --first-seed=1000
                        --days=45 --symbols=5
                        --threads=2     markets at once
              starter   makes the starter model of the simulated market again
                        --seed=1 --days=14 --folder=onnx-models
              swaps     requests while versions are promoted, some of them corrupt or deleted
                        --requests=1000000 --swaps=1000 --corrupt=20 --deleted=20
                        --connections=8 --versions=16 --features=60
                        --warm-up=30    seconds of the same that are not counted
              serving   what serving costs over hand-written baselines; latency during swaps and refits
                        --seconds=5 --alternations=5 --connections=32 --warm-up=10
                        --rate=0        of the open loop; 0 for half of what the service can do
                        --days=45       history that the refits train on
                        --parts=throughput,encoding,together,row,swaps,refits,one-processor
                        --server-cpus=0 --load-cpus=1 --worker-cpus=2 (1 of two) --database-cpus=1
                        swaps and refits: event loop alone on the server's processor, the rest of
                        the service on the worker's; one-processor: all on the server's besides.
                        JAVA_OPTS of the environment is the service's, as with ./auspex run
              stream    signals to thousands of subscribers, beside a hand-written broadcast; candle to socket
                        --subscribers=2000 --symbols=10 --speed=600 --stalled=5 (percent that do not read)
                        --seconds=5 --alternations=5 --warm-up=10
                        --close-symbols=200 --closes=60
                        --parts=fanout,stalled,closes
                        --server-cpus=0 --load-cpus=1 --database-cpus=1
              refit     what a refit of the service costs, beside LightGBM alone; other ways to train
                        --data=FOLDER   candle files of real symbols; skipped without
                        --symbols=50 --days=30 --seed=7   of the simulated market; 0 symbols for none
                        --rounds=3 --heap=1024            megabytes of the service
                        --parts=refits,modes
              kills     the worker, the service and its connections are killed at random moments
                        --kills=100 --seed=1 --days=9 --symbols=2
              month     a simulated month in minutes: refits by schedule and trigger, told by the API alone
                        --seeds=1 --first-seed=7 --strength=1 (0: noise, whose law cannot change)
                        --days=30 --change-day=15 (0: never) --history=45 --symbols=5
                        --daily=0       1: again with a refit each day, to compare the skill
              startup   from launch to the first answer: JVM, JVM with AOT cache, native when built
                        --rounds=5
              backtest  a year of candles through the engine of backtests, with a fixed model
                        --symbols=10 --days=365 --seed=7 --training-days=30
              micro     what parts cost in process, by JMH (builds the test classes)
                        -Dauspex.benchmarks=PredictBenchmark -Dauspex.forks=3
            """;

    private Bench() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 0) {
            System.err.print(USAGE);
            System.exit(2);
        }
        try {
            String[] options = Arrays.copyOfRange(arguments, 1, arguments.length);
            switch (arguments[0]) {
                case "honesty" ->
                        HonestyBench.run(BenchOptions.of(options), System.out, System.err);
                case "month" -> MonthBench.run(BenchOptions.of(options), System.out, System.err);
                case "backtest" ->
                        BacktestBench.run(BenchOptions.of(options), System.out, System.err);
                case "starter" -> StarterBench.run(BenchOptions.of(options), System.out);
                case "swaps" -> SwapsBench.run(BenchOptions.of(options), System.out, System.err);
                case "refit" -> RefitBench.run(BenchOptions.of(options), System.out, System.err);
                case "kills" -> {
                    if (!KillsBench.run(BenchOptions.of(options), System.out, System.err)) {
                        System.exit(1);
                    }
                }
                case "startup" ->
                        StartupBench.run(BenchOptions.of(options), System.out, System.err);
                case "stream" -> StreamBench.run(BenchOptions.of(options), System.out, System.err);
                case "serving" ->
                        ServingBench.run(BenchOptions.of(options), System.out, System.err);
                default ->
                        throw new IllegalArgumentException(
                                "there is no bench '" + arguments[0] + "'");
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.print(USAGE);
            System.exit(2);
        }
    }
}
