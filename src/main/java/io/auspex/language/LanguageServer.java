package io.auspex.language;

import io.auspex.platform.Failure;
import io.auspex.platform.Failure.Category;
import io.auspex.platform.Folders;
import io.auspex.platform.PidFile;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The local server of a language model: one process at a time, started and stopped over REST,
 * looked at until it is ready, started again with a growing pause when it ends by itself, and ended
 * with the service. One that a killed service has left behind is found by its pid file, which also
 * holds the moment of its start, and ended at the next start.
 */
@ApplicationScoped
public class LanguageServer {

    private static final Logger LOG = Logger.getLogger(LanguageServer.class);
    private static final Duration STOP = Duration.ofSeconds(5);

    /** Before anything could ask for a new one. */
    private static final int EARLY = 200;

    private final LanguageConfig.Server config;
    private final InstantSource clock;
    private final Path folder;
    private @Nullable SupervisedServer current;

    @Inject
    LanguageServer(LanguageConfig config, Folders folders, InstantSource clock) {
        this(config.server(), folders.folder("language-server"), clock);
    }

    LanguageServer(LanguageConfig.Server config, Path folder, InstantSource clock) {
        this.config = config;
        this.clock = clock;
        this.folder = folder;
    }

    void recover(@Observes @Priority(EARLY) StartupEvent started) {
        try {
            PidFile left = PidFile.in(folder);
            Optional<ProcessHandle> orphan = left.running();
            if (orphan.isPresent()) {
                end(orphan.get());
                LOG.infof(
                        "ended the language server %d of a service that was killed",
                        orphan.get().pid());
            }
            left.delete();
        } catch (IOException failure) {
            LOG.warnf("what a former service left in %s cannot be read: %s", folder, failure);
        }
    }

    void stop(@Observes @Priority(1) ShutdownEvent ending) {
        stop();
    }

    /**
     * Starts it and waits until it is ready; blocking, call it from a virtual thread.
     *
     * @param modelPath a file below the configured folder
     * @param port that it is to listen on
     * @param timeout how long it may take to be ready
     * @throws Failure as {@link ServerOrder#of}; CONFLICT {@code server-running}; UPSTREAM {@code
     *     server-failed} with the last lines of its output
     */
    public ServerStatus start(String modelPath, int port, Duration timeout)
            throws InterruptedException {
        ServerOrder order = ServerOrder.of(modelPath, port, timeout, config);
        SupervisedServer next;
        synchronized (this) {
            if (current != null && current.isAlive()) {
                throw new Failure(
                        Category.CONFLICT,
                        "server-running",
                        "the language server runs already; stop it first");
            }
            next = new SupervisedServer(order, config, PidFile.in(folder), clock);
            current = next;
        }
        next.begin();
        ServerStatus status = next.awaitReady();
        if (status.status() != ServerState.RUNNING) {
            throw new Failure(
                    Category.UPSTREAM,
                    "server-failed",
                    "the language server did not start: "
                            + status.problem()
                            + (status.output().isEmpty() ? "" : "; it wrote: " + status.output()));
        }
        return status;
    }

    /** Ends it; nothing happens when there is none. Blocking. */
    public ServerStatus stop() {
        SupervisedServer running;
        synchronized (this) {
            running = current;
        }
        if (running != null) {
            running.stop();
        }
        return status();
    }

    public synchronized ServerStatus status() {
        return current == null
                ? new ServerStatus(
                        ServerState.STOPPED, null, null, null, clock.instant(), 0, null, "")
                : current.status();
    }

    /** Where it answers, up to and with {@code /v1}; empty while it does not. */
    synchronized Optional<URI> address() {
        return current == null ? Optional.empty() : current.address();
    }

    /** Politely, then not. */
    static void end(ProcessHandle process) {
        process.destroy();
        try {
            process.onExit().orTimeout(STOP.toMillis(), TimeUnit.MILLISECONDS).join();
        } catch (CompletionException late) {
            process.destroyForcibly();
        }
    }
}
