package io.auspex.security;

import io.smallrye.config.SmallRyeConfig;
import io.vertx.core.impl.VertxBuilder;
import io.vertx.core.spi.VertxServiceProvider;
import java.util.NoSuchElementException;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Gives the service's Vert.x the {@link WatchedTransport}, found by {@link
 * java.util.ServiceLoader}. A Vert.x outside of the service has no settings, and stays as it is.
 */
public final class WatchedTransportProvider implements VertxServiceProvider {

    @Override
    public void init(VertxBuilder builder) {
        SmallRyeConfig config = ConfigProvider.getConfig().unwrap(SmallRyeConfig.class);
        SecurityConfig security;
        try {
            security = config.getConfigMapping(SecurityConfig.class);
        } catch (NoSuchElementException outside) {
            return;
        }
        String host = config.getOptionalValue("quarkus.http.host", String.class).orElse("0.0.0.0");
        builder.findTransport(
                new WatchedTransport(
                        new Arrivals(ArrivalLimits.of(security, !Protection.isLoopback(host)))));
    }
}
