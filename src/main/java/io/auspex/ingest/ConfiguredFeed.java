package io.auspex.ingest;

import io.auspex.market.Timeframe;
import java.nio.file.Path;
import java.util.Optional;

/** Makes the feed that the configuration names. */
final class ConfiguredFeed {

    private static final String REPLAY = "replay:";

    private ConfiguredFeed() {}

    /**
     * The feed; empty for {@code none}.
     *
     * @param others asked for names that this package does not know
     * @throws IllegalArgumentException when the settings make no feed; the message says which
     */
    static Optional<Feed> of(IngestConfig config, Iterable<FeedSource> others) {
        String name = config.feed().strip();
        Pacer pacer = Pacer.at(Speed.parse(config.speed()));
        if (name.equals("none")) {
            return Optional.empty();
        }
        if (name.equals("simulated")) {
            return Optional.of(
                    new SimulatedFeed(
                            market(config.simulated()), pacer, config.simulated().liveDays()));
        }
        if (name.startsWith(REPLAY)) {
            Path folder = Path.of(name.substring(REPLAY.length()));
            return Optional.of(new ReplayFeed(folder, share(config.history()), pacer));
        }
        for (FeedSource source : others) {
            Optional<Feed> feed = source.feed(name);
            if (feed.isPresent()) {
                return feed;
            }
        }
        throw new IllegalArgumentException(
                "auspex.feed must be simulated, replay:<folder>, binance, bybit, kafka or none: '"
                        + name
                        + "'");
    }

    /** Reads {@code 60%} as 0.6; the sign may be left out. */
    static double share(String percent) {
        String number = percent.strip();
        number = number.endsWith("%") ? number.substring(0, number.length() - 1) : number;
        try {
            double share = Double.parseDouble(number) / 100;
            if (share >= 0 && share <= 1) {
                return share;
            }
        } catch (NumberFormatException notANumber) {
            // Said below, as for a number that is out of range.
        }
        throw new IllegalArgumentException("auspex.history must be 0% to 100%: '" + percent + "'");
    }

    private static SimulatedMarket market(IngestConfig.Simulated simulated) {
        return new SimulatedMarket(
                simulated.seed(),
                simulated.strength(),
                simulated.symbols(),
                simulated.days(),
                Timeframe.FIVE_MINUTES,
                0,
                simulated.changeAfterDays());
    }
}
