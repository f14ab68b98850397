package io.auspex.features;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** Candles for the tests of this package: slices of real ones, and seeded random ones. */
final class Candles {

    static final Timeframe FIVE = Timeframe.FIVE_MINUTES;

    /** Midnight of a Wednesday, on every grid. */
    static final long START = 1_515_542_400_000L;

    private Candles() {}

    /** 1,300 real 5-minute candles of January 2018; ETHBTC or NXTBTC. */
    static List<Candle> real(String name) {
        Symbol symbol = new Symbol(name);
        try (InputStream file =
                        Candles.class.getResourceAsStream("/features/" + name + "-5m.csv.gz");
                BufferedReader lines =
                        new BufferedReader(
                                new InputStreamReader(
                                        new GZIPInputStream(file), StandardCharsets.UTF_8))) {
            return lines.lines().skip(1).map(line -> parse(symbol, line)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Candle parse(Symbol symbol, String line) {
        String[] cells = line.split(",");
        return new Candle(
                symbol,
                FIVE,
                Long.parseLong(cells[0]),
                Double.parseDouble(cells[1]),
                Double.parseDouble(cells[2]),
                Double.parseDouble(cells[3]),
                Double.parseDouble(cells[4]),
                Double.parseDouble(cells[5]));
    }

    /**
     * A random walk with quiet stretches, candles without volume and volume spikes.
     *
     * @param gapChance of a gap before each candle
     * @param longestGap in candles
     */
    static List<Candle> random(
            String name, long seed, int count, double gapChance, int longestGap) {
        Random random = new Random(seed);
        Symbol symbol = new Symbol(name);
        List<Candle> candles = new ArrayList<>();
        double price = Math.exp(6 * random.nextGaussian());
        // Neighbouring seeds begin together, so that their symbols meet at most closes.
        long position = Math.floorMod(seed / 16, 5_000L);
        boolean quiet = false;
        for (int i = 0; i < count; i++) {
            if (random.nextDouble() < 0.01) {
                quiet = !quiet;
            }
            if (random.nextDouble() < gapChance) {
                position += 1 + random.nextInt(longestGap);
            }
            double open = price;
            price *= Math.exp(quiet ? 0 : 0.003 * random.nextGaussian());
            double spread = quiet ? 0 : 0.001 * random.nextDouble();
            double volume =
                    quiet && random.nextBoolean()
                            ? 0
                            : Math.exp(2 * random.nextGaussian())
                                    * (random.nextDouble() < 0.01 ? 1e9 : 1);
            candles.add(
                    new Candle(
                            symbol,
                            FIVE,
                            START + position++ * FIVE.millis(),
                            open,
                            Math.max(open, price) * (1 + spread),
                            Math.min(open, price) * (1 - spread),
                            price,
                            volume));
        }
        return candles;
    }

    /** Candles in a row whose closes are given; range and volume follow the index. */
    static List<Candle> flat(String name, int count, double price, double volume) {
        return Stream.iterate(START, open -> open + FIVE.millis())
                .limit(count)
                .map(open ->
                        new Candle(
                                new Symbol(name), FIVE, open, price, price, price, price, volume))
                .toList();
    }

    @SafeVarargs
    static List<MarketClose> closes(Collection<Candle>... histories) {
        Map<Long, List<Candle>> byTime = new TreeMap<>();
        for (Collection<Candle> history : histories) {
            for (Candle candle : history) {
                byTime.computeIfAbsent(candle.closeTimeMillis(), _ -> new ArrayList<>())
                        .add(candle);
            }
        }
        List<MarketClose> closes = new ArrayList<>();
        byTime.forEach((time, candles) ->
                closes.add(
                        new MarketClose(
                                "test",
                                time,
                                candles.stream()
                                        .sorted((a, b) -> a.symbol().compareTo(b.symbol()))
                                        .toList())));
        return closes;
    }

    static List<Candle> map(List<Candle> candles, UnaryOperator<Candle> change) {
        return candles.stream().map(change).toList();
    }

    static Candle scaled(Candle candle, double price, double volume) {
        return new Candle(
                candle.symbol(),
                candle.timeframe(),
                candle.openTimeMillis(),
                candle.open() * price,
                candle.high() * price,
                candle.low() * price,
                candle.close() * price,
                candle.volume() * volume);
    }

    static Candle renamed(Candle candle, String name) {
        return new Candle(
                new Symbol(name),
                candle.timeframe(),
                candle.openTimeMillis(),
                candle.open(),
                candle.high(),
                candle.low(),
                candle.close(),
                candle.volume());
    }
}
