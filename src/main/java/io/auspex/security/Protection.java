package io.auspex.security;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Whether callers have to say who they are: decided once, when the service starts and before it
 * listens. Until then they have to.
 */
@ApplicationScoped
public class Protection {

    private static final Logger LOG = Logger.getLogger(Protection.class);

    /** Before everything that works: a service that may not start has done nothing. */
    private static final int FIRST = 1;

    private static final int MIN_ADMIN_KEY_CHARS = 32;

    private final KeyRing ring;
    private final Authenticator authenticator;
    private final SecurityConfig config;
    private final SecuritySwitch.Setting setting;
    private final String host;
    private final InstantSource clock;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofVirtual().name("keys-refresh").factory());
    private volatile Mode mode = Mode.ENFORCED;

    /** What is asked of callers. */
    public enum Mode {
        /** Nothing: only programs of this machine reach it, and no credentials are configured. */
        OPEN,
        /** Nothing, because somebody said so. */
        OFF,
        /** Who they are. */
        ENFORCED
    }

    Protection(
            KeyRing ring,
            Authenticator authenticator,
            SecurityConfig config,
            SecuritySwitch security,
            @ConfigProperty(name = "quarkus.http.host") String host,
            InstantSource clock) {
        this.ring = ring;
        this.authenticator = authenticator;
        this.config = config;
        this.setting = security.security();
        this.host = host;
        this.clock = clock;
    }

    public Mode mode() {
        return mode;
    }

    /** Whether nobody has to say who they are. */
    public boolean isOpen() {
        return mode != Mode.ENFORCED;
    }

    void start(@Observes @Priority(FIRST) StartupEvent started) {
        requireLongAdminKey();
        ring.refresh();
        authenticator.refreshSoon();
        mode = decide(setting, isLoopback(host), hasCredentials(), host);
        say();
        long millis = config.refresh().toMillis();
        timer.scheduleWithFixedDelay(ring::refreshQuietly, millis, millis, TimeUnit.MILLISECONDS);
        long provider = config.oidc().refresh().toMillis();
        timer.scheduleWithFixedDelay(
                authenticator::refreshSoon, provider, provider, TimeUnit.MILLISECONDS);
    }

    void stop(@Observes ShutdownEvent stopped) {
        timer.shutdownNow();
    }

    /**
     * @throws ConfigurationException when it must not start; the message says what to do
     */
    static Mode decide(
            SecuritySwitch.Setting setting, boolean loopback, boolean credentials, String host) {
        return switch (setting) {
            case OFF -> Mode.OFF;
            case AUTO -> {
                if (credentials) {
                    yield Mode.ENFORCED;
                }
                if (loopback) {
                    yield Mode.OPEN;
                }
                throw new ConfigurationException(withoutCredentials(host));
            }
            case ON -> {
                if (!credentials) {
                    throw new ConfigurationException(withoutCredentials(host));
                }
                yield Mode.ENFORCED;
            }
        };
    }

    static String withoutCredentials(String host) {
        return """
        It does not start: it would listen on %s, and nobody could say who they are, since there is no key. One of these:
          ./auspex keys create --role=admin --name=first    makes a key, with the same --data or --database.url; it is shown once
          AUSPEX_SECURITY_ADMIN_KEY="$(openssl rand -hex 32)"    in the environment: a key that is nowhere stored
          --security.oidc.issuer=https://... --security.oidc.audience=auspex    tokens of an identity provider
          --host=127.0.0.1    listens to this machine alone, where none is needed
          --security=off    lets everyone who reaches it do everything
        """
                .formatted(host)
                .strip();
    }

    private boolean hasCredentials() {
        return authenticator.takesTokens()
                || authenticator.hasAdminKey()
                || ring.hasAdmin(clock.instant());
    }

    private void requireLongAdminKey() {
        config.adminKey()
                .filter(key -> !key.isBlank() && key.length() < MIN_ADMIN_KEY_CHARS)
                .ifPresent(_ -> {
                    throw new ConfigurationException(
                            "auspex.security.admin-key must have at least "
                                    + MIN_ADMIN_KEY_CHARS
                                    + " characters: openssl rand -hex 32");
                });
    }

    private void say() {
        switch (mode) {
            case OPEN ->
                    LOG.infof(
                            "open: every program of this machine may do everything, since no key is"
                                    + " configured (docs/security.md)");
            case OFF ->
                    LOG.warnf("security is off: everyone who reaches %s may do everything", host);
            case ENFORCED -> LOG.info("callers have to bring a key or a token");
        }
    }

    static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException unknown) {
            return false;
        }
    }
}
