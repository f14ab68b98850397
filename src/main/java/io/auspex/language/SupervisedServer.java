package io.auspex.language;

import io.auspex.platform.Backoff;
import io.auspex.platform.OutputTail;
import io.auspex.platform.PidFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One order and the processes that carry it out, one after the other. A virtual thread starts the
 * process, looks whether it is ready, waits for its end, and starts it again unless it was stopped.
 */
final class SupervisedServer {

    private static final Logger LOG = Logger.getLogger(SupervisedServer.class);
    private static final int OK = 200;

    private final ServerOrder order;
    private final LanguageConfig.Server config;
    private final PidFile pidFile;
    private final InstantSource clock;
    private final OutputTail output;
    private final Backoff backoff;
    private final SplittableRandom random = new SplittableRandom();

    private ServerState state = ServerState.STARTING;
    private Instant since;
    private int restarts;
    private @Nullable String problem;
    private @Nullable Process process;
    private @Nullable Thread supervisor;
    private boolean stopping;

    SupervisedServer(
            ServerOrder order, LanguageConfig.Server config, PidFile pidFile, InstantSource clock) {
        this.order = order;
        this.config = config;
        this.pidFile = pidFile;
        this.clock = clock;
        this.output = new OutputTail(config.outputChars());
        this.backoff = new Backoff(config.restartFirst(), config.restartLongest());
        this.since = clock.instant();
    }

    synchronized void begin() {
        supervisor = Thread.ofVirtual().name("language-server").start(this::supervise);
    }

    /** Whether it runs, or will by itself. */
    synchronized boolean isAlive() {
        return state != ServerState.STOPPED && state != ServerState.FAILED;
    }

    synchronized ServerStatus status() {
        Process now = process;
        return new ServerStatus(
                state,
                now != null && now.isAlive() ? now.pid() : null,
                order.port(),
                order.model().toString(),
                since,
                restarts,
                problem,
                output.text());
    }

    synchronized Optional<URI> address() {
        return state == ServerState.RUNNING
                ? Optional.of(URI.create("http://127.0.0.1:" + order.port() + "/v1"))
                : Optional.empty();
    }

    /** Until it is ready, or never will be. */
    synchronized ServerStatus awaitReady() throws InterruptedException {
        while (state == ServerState.STARTING || state == ServerState.RESTARTING) {
            wait();
        }
        return status();
    }

    void stop() {
        Thread running;
        Process alive;
        synchronized (this) {
            stopping = true;
            running = supervisor;
            alive = process;
        }
        if (alive != null) {
            LanguageServer.end(alive.toHandle());
        }
        if (running != null) {
            running.interrupt();
            try {
                running.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void supervise() {
        Process last = null;
        try {
            while (true) {
                last = launch();
                if (!becomesReady(last)) {
                    if (!isStopping()) {
                        become(
                                ServerState.FAILED,
                                last.isAlive()
                                        ? "it was not ready within " + order.timeout()
                                        : "it ended with exit code " + last.exitValue());
                    }
                    return;
                }
                become(ServerState.RUNNING, null);
                long ready = System.nanoTime();
                int exit = last.waitFor();
                boolean lasted = System.nanoTime() - ready > config.restartLongest().toNanos();
                if (isStopping() || !again(exit, lasted)) {
                    return;
                }
            }
        } catch (IOException failure) {
            become(ServerState.FAILED, "it cannot be started: " + failure.getMessage());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            if (last != null) {
                LanguageServer.end(last.toHandle());
            }
            forget();
            if (isStopping()) {
                become(ServerState.STOPPED, null);
            }
        }
    }

    private Process launch() throws IOException {
        Process started =
                new ProcessBuilder(order.command(config.command()))
                        .redirectErrorStream(true)
                        .start();
        started.getOutputStream().close();
        synchronized (this) {
            process = started;
        }
        pidFile.write(started.toHandle());
        Thread.ofVirtual().name("language-server-output").start(() -> keepOutput(started));
        return started;
    }

    private void keepOutput(Process of) {
        try (BufferedReader reader = of.inputReader()) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                output.add(line);
            }
        } catch (IOException ended) {
            LOG.debug("the output of the language server has ended", ended);
        }
    }

    private boolean becomesReady(Process of) throws InterruptedException {
        long deadline = System.nanoTime() + order.timeout().toNanos();
        URI health = URI.create("http://127.0.0.1:" + order.port() + config.health());
        try (HttpClient http =
                HttpClient.newBuilder().connectTimeout(config.checkEvery()).build()) {
            HttpRequest request =
                    HttpRequest.newBuilder(health).timeout(Duration.ofSeconds(2)).build();
            while (System.nanoTime() < deadline && of.isAlive()) {
                try {
                    if (http.send(request, BodyHandlers.discarding()).statusCode() == OK) {
                        return of.isAlive();
                    }
                } catch (IOException notYet) {
                    // It does not listen yet.
                }
                if (of.waitFor(config.checkEvery().toMillis(), TimeUnit.MILLISECONDS)) {
                    return false;
                }
            }
        }
        return false;
    }

    /**
     * After it ended by itself: whether it is started again, after a pause.
     *
     * @param lasted whether it had run for longer than the longest pause: then it counts anew
     */
    private boolean again(int exit, boolean lasted) throws InterruptedException {
        int failures;
        synchronized (this) {
            restarts = lasted ? 1 : restarts + 1;
            failures = restarts;
        }
        String what = "it ended by itself with exit code " + exit;
        if (failures > config.maxRestarts()) {
            become(ServerState.FAILED, what + ", " + failures + " times in a row");
            return false;
        }
        LOG.warnf("the language server: %s; it is started again", what);
        become(ServerState.RESTARTING, what);
        Thread.sleep(backoff.after(failures, random));
        return true;
    }

    private void forget() {
        try {
            pidFile.delete();
        } catch (IOException failure) {
            LOG.warnf("%s cannot be deleted: %s", pidFile.path(), failure);
        }
    }

    private synchronized boolean isStopping() {
        return stopping;
    }

    private synchronized void become(ServerState next, @Nullable String why) {
        state = next;
        since = clock.instant();
        problem = why;
        notifyAll();
    }
}
