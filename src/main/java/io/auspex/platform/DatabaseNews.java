package io.auspex.platform;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.pubsub.PgSubscriber;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Hears what other processes say through PostgreSQL's {@code NOTIFY}, on a connection of its own
 * that reconnects for ever. What is said while it is down is lost: poll besides.
 */
public final class DatabaseNews implements AutoCloseable {

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
    private static final long RECONNECT_MILLIS = 1_000;
    private static final Logger LOG = Logger.getLogger(DatabaseNews.class);

    private final Vertx vertx;
    private final PgConnectOptions database;
    private volatile @Nullable PgSubscriber subscriber;

    /**
     * @param url of the reactive client, {@code vertx-reactive:postgresql://..}
     */
    public DatabaseNews(Vertx vertx, String url, String username, String password) {
        this.vertx = vertx;
        String plain =
                url.startsWith("vertx-reactive:") ? url.substring("vertx-reactive:".length()) : url;
        database = PgConnectOptions.fromUri(plain);
        database.setUser(username);
        database.setPassword(password);
        database.setConnectTimeout((int) TimeUnit.SECONDS.toMillis(10));
    }

    /**
     * Begins to listen.
     *
     * @param heard gets the payload on an event loop, and must not block
     */
    public void listen(String channel, Consumer<String> heard) {
        PgSubscriber pg = PgSubscriber.subscriber(vertx, database);
        pg.reconnectPolicy(_ -> RECONNECT_MILLIS);
        pg.channel(channel).handler(heard::accept);
        pg.connect()
                .onFailure(failure ->
                        LOG.warnf("%s is seen by polling only: %s", channel, failure.getMessage()));
        subscriber = pg;
    }

    /** While the event loops still run: a connection that closes needs one to the end. */
    @Override
    public void close() {
        PgSubscriber pg = subscriber;
        if (pg == null) {
            return;
        }
        try {
            Await.item(() ->
                    Uni.createFrom()
                            .completionStage(() -> pg.close().toCompletionStage())
                            .ifNoItem()
                            .after(CLOSE_TIMEOUT)
                            .fail());
        } catch (RuntimeException abandoned) {
            LOG.debugf(abandoned, "the connection that listens was not closed in time");
        }
    }
}
