package io.auspex.api.stream;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;

/** The settings with their defaults, but for what a test says. */
final class StreamSettings {

    private StreamSettings() {}

    static StreamConfig of(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(new PropertiesConfigSource(settings, "test", 300))
                .withMapping(StreamConfig.class)
                .withConverter(Duration.class, 300, new DurationConverter())
                .build()
                .getConfigMapping(StreamConfig.class);
    }
}
