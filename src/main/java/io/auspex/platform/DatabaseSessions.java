package io.auspex.platform;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Opens sessions beside the pool, for what lasts as long as a session: a lock, a subscription. They
 * bear the name of the process, as those of the pool do.
 */
@ApplicationScoped
public class DatabaseSessions {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final PgConnectOptions options;
    private final String process;

    @Inject
    DatabaseSessions(
            Vertx vertx,
            @ConfigProperty(name = "quarkus.datasource.reactive.url") String url,
            @ConfigProperty(name = "quarkus.datasource.username") String username,
            @ConfigProperty(name = "quarkus.datasource.password") Optional<String> password,
            @ConfigProperty(name = ProcessName.PROPERTY, defaultValue = "auspex") String process) {
        this.vertx = vertx;
        this.process = process;
        this.options = options(url, username, password.orElse(""), process);
    }

    /** The name of this process: no other one, and no other life of this one, has it. */
    public String process() {
        return process;
    }

    Vertx vertx() {
        return vertx;
    }

    PgConnectOptions options() {
        return new PgConnectOptions(options);
    }

    /** A new session; blocking. */
    PgConnection open() {
        return await(PgConnection.connect(vertx, options()), CONNECT_TIMEOUT);
    }

    /**
     * Waits for a result no longer than a time.
     *
     * @throws RuntimeException when it has failed, or is not there in time
     */
    static <T> T await(Future<T> future, Duration timeout) {
        return Await.item(() ->
                Uni.createFrom()
                        .completionStage(future::toCompletionStage)
                        .ifNoItem()
                        .after(timeout)
                        .fail());
    }

    private static PgConnectOptions options(
            String url, String username, String password, String process) {
        String plain =
                url.startsWith("vertx-reactive:") ? url.substring("vertx-reactive:".length()) : url;
        PgConnectOptions options = PgConnectOptions.fromUri(plain);
        options.setUser(username);
        options.setPassword(password);
        options.setConnectTimeout((int) TimeUnit.SECONDS.toMillis(CONNECT_TIMEOUT.toSeconds()));
        Map<String, String> properties = new HashMap<>(options.getProperties());
        properties.put("application_name", process);
        options.setProperties(properties);
        return options;
    }
}
