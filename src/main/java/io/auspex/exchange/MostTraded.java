package io.auspex.exchange;

import io.auspex.market.Candle;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * The symbols that are traded most, ranked once a day. A symbol counts only when it was traded
 * already so many days ago; a member is not asked again. One thread.
 */
final class MostTraded implements SymbolSource {

    private static final Duration RANKING_EVERY = Duration.ofDays(1);

    /** Candles asked for around the day on which a symbol must have been traded. */
    private static final int DAYS_LOOKED_AT = 3;

    private final UniverseRule rule;
    private final String quote;
    private final int minimumDays;
    private final Supplier<Universe> stored;
    private final Supplier<Optional<Instant>> rankedAt;
    private final BiConsumer<Universe, Instant> save;

    /** Symbols found old enough; that does not change. */
    private final Set<Symbol> oldEnough = new HashSet<>();

    MostTraded(
            UniverseRule rule,
            String quote,
            int minimumDays,
            Supplier<Universe> stored,
            Supplier<Optional<Instant>> rankedAt,
            BiConsumer<Universe, Instant> save) {
        this.rule = rule;
        this.quote = quote;
        this.minimumDays = minimumDays;
        this.stored = stored;
        this.rankedAt = rankedAt;
        this.save = save;
    }

    @Override
    public List<Symbol> symbols(ExchangeRest rest, long nowMillis)
            throws InterruptedException, ExchangeUnavailableException {
        Universe before = database(stored);
        Instant now = Instant.ofEpochMilli(nowMillis);
        Optional<Instant> ranked = database(rankedAt);
        if (!before.members().isEmpty()
                && ranked.filter(at -> at.plus(RANKING_EVERY).isAfter(now)).isPresent()) {
            return before.members();
        }
        oldEnough.addAll(before.members());
        Universe next = rule.next(before, ranking(rest, nowMillis));
        if (next.members().isEmpty()) {
            throw new ExchangeUnavailableException("no symbol in " + quote + " is old enough");
        }
        boolean _ =
                database(() -> {
                    save.accept(next, now);
                    return true;
                });
        return next.members();
    }

    /** A database that is away is waited for like an exchange that is. */
    private static <T> T database(Supplier<T> work) throws ExchangeUnavailableException {
        try {
            return work.get();
        } catch (RuntimeException failure) {
            throw new ExchangeUnavailableException(
                    "the universe in the database: " + failure.getMessage(), failure);
        }
    }

    /** The most traded first; no more of them than can matter. */
    private List<Symbol> ranking(ExchangeRest rest, long nowMillis)
            throws InterruptedException, ExchangeUnavailableException {
        List<SymbolVolume> volumes = new ArrayList<>(rest.volumes(quote));
        volumes.sort(
                Comparator.comparingDouble(SymbolVolume::quoteVolume)
                        .reversed()
                        .thenComparing(SymbolVolume::symbol));
        List<Symbol> ranking = new ArrayList<>();
        for (SymbolVolume volume : volumes) {
            if (ranking.size() == rule.initial()) {
                break;
            }
            if (isOldEnough(rest, volume.symbol(), nowMillis)) {
                ranking.add(volume.symbol());
            }
        }
        return ranking;
    }

    private boolean isOldEnough(ExchangeRest rest, Symbol symbol, long nowMillis)
            throws InterruptedException, ExchangeUnavailableException {
        if (minimumDays == 0 || oldEnough.contains(symbol)) {
            return true;
        }
        long day = Timeframe.ONE_DAY.millis();
        long then = Timeframe.ONE_DAY.openTimeOf(nowMillis - minimumDays * day);
        List<Candle> candles =
                rest.candles(symbol, Timeframe.ONE_DAY, then - DAYS_LOOKED_AT * day, then);
        if (!candles.isEmpty()) {
            oldEnough.add(symbol);
        }
        return !candles.isEmpty();
    }
}
