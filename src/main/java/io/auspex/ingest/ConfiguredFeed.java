package io.auspex.ingest;

import io.auspex.market.Timeframe;
import java.util.Optional;

/** Makes the feed that the configuration names. */
final class ConfiguredFeed {

    private ConfiguredFeed() {}

    /**
     * The feed; empty for {@code none}.
     *
     * @throws IllegalArgumentException when the settings make no feed; the message says which
     */
    static Optional<Feed> of(IngestConfig config) {
        String name = config.feed().strip();
        Pacer pacer = Pacer.at(Speed.parse(config.speed()));
        if (name.equals("none")) {
            return Optional.empty();
        }
        if (name.equals("simulated")) {
            return Optional.of(new SimulatedFeed(market(config.simulated()), pacer));
        }
        throw new IllegalArgumentException(
                "auspex.feed must be simulated, replay:<folder> or none: '" + name + "'");
    }

    private static SimulatedMarket market(IngestConfig.Simulated simulated) {
        return new SimulatedMarket(
                simulated.seed(),
                simulated.strength(),
                simulated.symbols(),
                simulated.days(),
                Timeframe.FIVE_MINUTES,
                0);
    }
}
