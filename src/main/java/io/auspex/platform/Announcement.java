package io.auspex.platform;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import jakarta.inject.Inject;
import org.eclipse.microprofile.config.Config;

/** Says where to look as soon as the service answers, and waits for its end. */
public class Announcement implements QuarkusApplication {

    private final PlatformConfig platform;
    private final Config config;
    private final ThreadRoles threads;

    @Inject
    Announcement(PlatformConfig platform, Config config, ThreadRoles threads) {
        this.platform = platform;
        this.config = config;
        this.threads = threads;
    }

    @Override
    public int run(String... arguments) {
        threads.assign();
        String address = address();
        System.out.println(
                Progress.beforeLine()
                        + """

                        Auspex is up.
                          status    http://%1$s/api/status
                          signals   ws://%1$s/api/stream   (./auspex watch)
                          OpenAPI   http://%1$s/q/openapi
                          metrics   http://%1$s/q/metrics
                          health    http://%1$s/q/health
                          data      %2$s
                        Ctrl-C stops it; everything under the data folder stays.
                        """
                                .formatted(address, platform.data().toAbsolutePath().normalize()));
        Quarkus.waitForExit();
        return 0;
    }

    private String address() {
        String host = platform.host();
        boolean everywhere = host.equals("0.0.0.0") || host.equals("::");
        // With port 0 Quarkus publishes the one it got.
        int port = config.getOptionalValue("quarkus.http.port", Integer.class).orElse(0);
        String name = everywhere ? "localhost" : host;
        return (name.contains(":") ? "[" + name + "]" : name) + ":" + port;
    }
}
