package io.auspex.serving;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Await;
import io.auspex.platform.DatabaseNews;
import io.auspex.platform.Json;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.RegisteredModel;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Serves what another process has promoted: hears of it through {@code LISTEN} on a connection of
 * its own, which reconnects for ever, and asks the registry every {@code auspex.serving.poll}
 * besides, because a notification sent while the connection was down is lost. What this process has
 * promoted itself is no news.
 */
@ApplicationScoped
class PromotionListener {

    /** A champion that could not be loaded is not tried again before that, unless told so. */
    static final Duration IN_VAIN_FOR = Duration.ofMinutes(1);

    private static final Logger LOG = Logger.getLogger(PromotionListener.class);

    private final ModelServer server;
    private final ModelRegistry registry;
    private final Vertx vertx;
    private final Duration poll;
    private final DatabaseNews database;
    private final Set<String> following = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean polling = new AtomicBoolean();
    private final Map<String, InVain> inVain = new HashMap<>();
    private volatile @Nullable Long timer;

    private record InVain(int version, long untilNanos) {}

    @Inject
    PromotionListener(
            ModelServer server,
            ModelRegistry registry,
            Vertx vertx,
            ServingConfig config,
            @ConfigProperty(name = "quarkus.datasource.reactive.url") String url,
            @ConfigProperty(name = "quarkus.datasource.username") String username,
            @ConfigProperty(name = "quarkus.datasource.password") Optional<String> password) {
        this.server = server;
        this.registry = registry;
        this.vertx = vertx;
        this.poll = config.poll();
        this.database = new DatabaseNews(vertx, url, username, password.orElse(""));
    }

    /** After the champions were restored. */
    void start(@Observes @Priority(Integer.MAX_VALUE - 1) StartupEvent started) {
        begin();
    }

    void begin() {
        database.listen(ModelRegistry.PROMOTION_CHANNEL, this::heard);
        timer = vertx.setPeriodic(poll.toMillis(), _ -> inBackground(this::pollOnce));
    }

    void stop(@Observes ShutdownEvent ending) {
        Long periodic = timer;
        if (periodic != null) {
            vertx.cancelTimer(periodic);
        }
        database.close();
    }

    /** On an event loop. A model that is being followed already will find the newest champion. */
    private void heard(String payload) {
        try {
            JsonNode news = Json.mapper().readTree(payload);
            String model = news.path("model").asText();
            if (registry.isMine(news.path("process").asText()) || !following.add(model)) {
                return;
            }
            inBackground(() -> {
                following.remove(model);
                follow(model);
            });
        } catch (JsonProcessingException foreign) {
            LOG.warnf("not a promotion: %s", payload);
        }
    }

    /** One look at all champions. */
    void pollOnce() {
        if (!polling.compareAndSet(false, true)) {
            return;
        }
        try {
            List<RegisteredModel> models = Await.item(registry::models);
            for (RegisteredModel model : models) {
                Integer champion = model.champion();
                if (champion != null
                        && !server.serves(model.name(), champion)
                        && !wasInVain(model.name(), champion)) {
                    follow(model.name());
                    remember(model.name(), champion);
                }
            }
        } catch (RuntimeException away) {
            LOG.debugf(away, "the registry could not be asked for champions");
        } finally {
            polling.set(false);
        }
    }

    private boolean wasInVain(String model, int version) {
        InVain before = inVain.get(model);
        return before != null
                && before.version() == version
                && before.untilNanos() - System.nanoTime() > 0;
    }

    private void remember(String model, int champion) {
        if (server.serves(model, champion)) {
            inVain.remove(model);
        } else {
            inVain.put(model, new InVain(champion, System.nanoTime() + IN_VAIN_FOR.toNanos()));
        }
    }

    private void follow(String model) {
        try {
            server.followNow(model);
        } catch (RuntimeException failure) {
            LOG.warnf("a promotion of %s could not be followed: %s", model, failure.getMessage());
        }
    }

    private static void inBackground(Runnable work) {
        Thread.ofVirtual().name("auspex-follow").start(work);
    }
}
