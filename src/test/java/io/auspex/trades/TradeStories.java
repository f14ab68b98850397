package io.auspex.trades;

import io.auspex.market.Symbol;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Seeded closed trades: whether they pay follows from their entry, or from nothing. */
final class TradeStories {

    static final long FIRST_ENTRY = 1_700_000_400_000L;
    static final long APART = 45 * 60_000L;

    private TradeStories() {}

    /**
     * Trades 45 minutes apart, held for up to half an hour.
     *
     * @param skill how far the chance of a profit moves from one half: 0.5 + skill when the signal
     *     was confident, 0.5 - skill when it was not; 0 is noise
     */
    static List<ClosedTrade> of(long seed, int count, double skill) {
        Random random = new Random(seed);
        List<ClosedTrade> trades = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Instant entry = Instant.ofEpochMilli(FIRST_ENTRY + i * APART);
            double trend = 0.01 * random.nextGaussian();
            boolean isLong = random.nextBoolean();
            double confidence = 0.3 + 0.5 * random.nextDouble();
            double chance = 0.5 + (confidence > 0.55 ? skill : -skill);
            double percent = (random.nextDouble() < chance ? 1 : -1) * (0.2 + random.nextDouble());
            trades.add(
                    new ClosedTrade(
                            "story-" + seed + "-" + i,
                            TradeMarket.FEED,
                            new Symbol(i % 3 == 0 ? "ADABTC" : "ETHBTC"),
                            isLong ? Direction.LONG : Direction.SHORT,
                            entry,
                            1,
                            entry.plusSeconds(300 + random.nextInt(1_500)),
                            1.01,
                            percent * 10,
                            percent,
                            null,
                            new EntryContext(
                                    100 * random.nextDouble(),
                                    trend,
                                    0.01 * random.nextDouble(),
                                    2 * random.nextDouble(),
                                    confidence,
                                    Map.of()),
                            List.of(),
                            entry));
        }
        return trades;
    }
}
