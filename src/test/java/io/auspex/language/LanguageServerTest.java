package io.auspex.language;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.auspex.platform.Failure;
import io.auspex.platform.PidFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, really ended. */
class LanguageServerTest {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir Path folder;
    private Path models;
    private LanguageServer server;

    @BeforeEach
    void prepare() throws IOException {
        models = folder.resolve("models with spaces");
        LanguageMemberTest.modelFile(models, "good; touch here.gguf");
        LanguageMemberTest.modelFile(models, "broken.gguf");
        LanguageMemberTest.modelFile(models, "never.gguf");
        LanguageMemberTest.modelFile(folder, "outside.gguf");
        server = server(Map.of());
    }

    @AfterEach
    void end() {
        server.stop();
    }

    @Test
    void startsAnswersAndStops() throws Exception {
        ServerStatus running = server.start("good; touch here.gguf", freePort(), PATIENCE);
        assertThat(running.status()).isEqualTo(ServerState.RUNNING);
        assertThat(running.output()).contains("loading good; touch here.gguf");
        assertThat(server.address().orElseThrow().toString())
                .isEqualTo("http://127.0.0.1:" + running.port() + "/v1");
        assertRefused(
                Failure.Category.CONFLICT,
                "server-running",
                () -> server.start("good; touch here.gguf", 1, PATIENCE));
        ProcessHandle process = ProcessHandle.of(running.pid()).orElseThrow();
        assertThat(server.stop().status()).isEqualTo(ServerState.STOPPED);
        assertThat(process.isAlive()).isFalse();
        assertThat(server.address()).isEmpty();
        assertThat(PidFile.in(folder).running()).isEmpty();
        assertThat(folder.resolve("here.gguf")).doesNotExist();
    }

    @Test
    void oneThatEndsByItselfIsStartedAgain() throws Exception {
        ServerStatus first = server.start("good; touch here.gguf", freePort(), PATIENCE);
        die(first.port());
        await(() -> {
            ServerStatus now = server.status();
            return now.status() == ServerState.RUNNING
                    && now.pid() != null
                    && !now.pid().equals(first.pid());
        });
        assertThat(server.status().restarts()).isEqualTo(1);
    }

    @Test
    void afterTooManyEndsItIsLeftAlone() throws Exception {
        server = server(Map.of("auspex.language.server.max-restarts", "0"));
        ServerStatus first = server.start("good; touch here.gguf", freePort(), PATIENCE);
        die(first.port());
        await(() -> server.status().status() == ServerState.FAILED);
        assertThat(server.status().problem()).contains("ended by itself with exit code 4");
    }

    @Test
    void whatDoesNotStartIsToldWithItsOutput() {
        assertRefused(
                Failure.Category.UPSTREAM,
                "server-failed",
                () -> server.start("broken.gguf", freePort(), PATIENCE));
        assertThat(server.status().status()).isEqualTo(ServerState.FAILED);
        assertThat(server.status().output()).contains("that is no model");
        assertThat(server.status().problem()).contains("exit code 3");
    }

    @Test
    void whatIsNotReadyInTimeIsEnded() {
        assertThatThrownBy(() -> server.start("never.gguf", freePort(), Duration.ofMillis(700)))
                .hasMessageContaining("not ready within");
        await(() -> server.status().pid() == null);
    }

    @Test
    void onlyFilesUnderTheFolderAreServed() throws IOException {
        Files.createSymbolicLink(models.resolve("link.gguf"), folder.resolve("outside.gguf"));
        for (String outside :
                List.of(
                        "../outside.gguf",
                        folder.resolve("outside.gguf").toString(),
                        "link.gguf",
                        ".")) {
            assertRefused(
                    Failure.Category.INVALID,
                    "bad-model-path",
                    () -> server.start(outside, freePort(), PATIENCE));
        }
        assertRefused(
                Failure.Category.NOT_FOUND,
                "no-such-model-file",
                () -> server.start("missing.gguf", freePort(), PATIENCE));
        assertRefused(
                Failure.Category.INVALID,
                "bad-port",
                () -> server.start("broken.gguf", 70_000, PATIENCE));
        assertRefused(
                Failure.Category.INVALID,
                "bad-timeout",
                () -> server.start("broken.gguf", 1, Duration.ZERO));
    }

    @Test
    void oneLeftByAKilledServiceIsFoundAndEnded() throws Exception {
        Process orphan = new ProcessBuilder("sleep", "600").start();
        PidFile.in(folder).write(orphan.toHandle());
        server.recover(null);
        assertThat(orphan.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(PidFile.in(folder).path()).doesNotExist();
    }

    private LanguageServer server(Map<String, String> settings) {
        Map<String, String> all =
                new HashMap<>(
                        Map.of(
                                "auspex.language.server.command",
                                LanguageSettings.fakeServer(),
                                "auspex.language.server.models-folder",
                                models.toString(),
                                "auspex.language.server.check-every",
                                "50ms",
                                "auspex.language.server.restart-first",
                                "10ms"));
        all.putAll(settings);
        return new LanguageServer(
                LanguageSettings.with(all).server(), folder, InstantSource.system());
    }

    private static void die(int port) throws InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/die")).build(),
                    BodyHandlers.discarding());
        } catch (IOException asExpected) {
            assertThat(asExpected).isNotNull();
        }
    }

    private static void assertRefused(
            Failure.Category category, String slug, ThrowingCallable call) {
        assertThatThrownBy(call)
                .asInstanceOf(type(Failure.class))
                .satisfies(failure -> {
                    assertThat(failure.slug()).isEqualTo(slug);
                    assertThat(failure.category()).isEqualTo(category);
                });
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
