package io.auspex.kafka;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What goes out to Kafka.
 *
 * @param bootstrapServers as configured
 */
@RegisterForReflection
public record KafkaStatus(String bootstrapServers, List<Channel> channels) {

    public KafkaStatus {
        channels = List.copyOf(channels);
    }

    /**
     * A channel out of the database.
     *
     * @param here whether this process sends
     * @param acknowledged everything up to this number was taken by the brokers; null where another
     *     process sends, and before the first look
     * @param underWay messages that were handed over and are not acknowledged: they grow while no
     *     broker answers, up to a bound; the others wait in the database
     * @param waitingSeconds since when the oldest of them is; a broker that answers takes
     *     milliseconds
     * @param error what went wrong last, in one sentence; null when all is well
     */
    @RegisterForReflection
    public record Channel(
            String name,
            boolean here,
            @Nullable Long acknowledged,
            int underWay,
            double waitingSeconds,
            @Nullable String error) {}
}
