package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.platform.DatabaseBeside;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The packaged service where others can reach it, and the commands that make the first key. */
class SecurityIT {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Path DATA = Path.of("target/it/security").toAbsolutePath();
    private static final String OLD = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private static final String NEW = "k2:HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    private final HttpClient http = HttpClient.newHttpClient();
    private @Nullable Process service;
    private @Nullable DatabaseBeside database;
    private int port;

    /** How a command has ended. */
    private record Ended(int code, String output) {}

    @BeforeEach
    void choosePort() throws IOException {
        delete();
        RunningAuspex.theBuildIsNew();
        if (Packaged.isNative()) {
            database = DatabaseBeside.start(DATA);
        }
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
    }

    @AfterEach
    void end() throws Exception {
        if (service != null) {
            service.destroy();
            service.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        http.shutdownNow();
        if (database != null) {
            database.close();
        }
        delete();
    }

    @Test
    void itStartsElsewhereOnlyOnceSomebodyCanGetIn() throws Exception {
        Ended refused = run(Map.of(), "", service());
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.output())
                .contains(
                        "It does not start", "./auspex keys create --role=admin", "--security=off");

        Ended made = run(Map.of(), "", "keys", "create", "--role=admin", "--name=first", data());
        assertThat(made.code()).as(made.output()).isZero();
        String key = made.output().lines().reduce((_, last) -> last).orElseThrow();
        assertThat(key).startsWith("auspex_");

        service = start(service());
        await(key);
        assertThat(status("GET", "/api/status", null)).isEqualTo(401);
        assertThat(status("GET", "/q/health/live", null)).isEqualTo(200);
        assertThat(status("POST", "/api/trainer/start", key)).isEqualTo(200);

        Ended verified = run(Map.of(), "", "audit", "verify", data());
        assertThat(verified.code()).as(verified.output()).isZero();
        assertThat(verified.output()).contains("the audit log is whole");
        String exported = run(Map.of(), "", "audit", "export", "--format=csv", data()).output();
        assertThat(exported)
                .contains("key.create,/api/keys/", "trainer.start,/api/trainer/start,200");
        Ended wrong = run(Map.of(), "", "audit", "verify", "--anchor=1:" + "a".repeat(64), data());
        assertThat(wrong.code()).isEqualTo(1);
        assertThat(wrong.output()).contains("broken at row 1");

        String id = key.substring("auspex_".length(), "auspex_".length() + 12);
        assertThat(run(Map.of(), "", "keys", "revoke", "--id=" + id, data()).code()).isZero();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (status("GET", "/api/status", key) != 401) {
            assertThat(System.nanoTime()).as("the revocation was never seen").isLessThan(deadline);
            Thread.sleep(100);
        }
        System.out.println("security: refused, first key, verified, revoked by another process");
    }

    @Test
    void secretsAreRotatedFromOneKeyToTheNext() throws Exception {
        Map<String, String> old = Map.of("AUSPEX_SECRETS_KEY", OLD);
        assertThat(run(old, "the value", "secrets", "set", "--name=bot", data()).code()).isZero();
        assertThat(run(Map.of("AUSPEX_SECRETS_KEY", NEW), "", "secrets", "rotate", data()).output())
                .contains("AUSPEX_SECRETS_OLD_KEYS");
        Ended rotated =
                run(
                        Map.of("AUSPEX_SECRETS_KEY", NEW, "AUSPEX_SECRETS_OLD_KEYS", OLD),
                        "",
                        "secrets",
                        "rotate",
                        data());
        assertThat(rotated.output()).contains("1 secrets are encrypted anew");
        assertThat(run(old, "", "secrets", "list", data()).output())
                .contains("\"key_id\":\"k2\"")
                .doesNotContain("the value");
    }

    private String[] service() {
        return new String[] {"run", "--host=0.0.0.0", "--port=" + port, "--feed=none", data()};
    }

    private static String data() {
        return "--data=" + DATA;
    }

    private Process start(String... words) throws Exception {
        return builder(Map.of(), words)
                .redirectOutput(Path.of("target/it/security.log").toFile())
                .start();
    }

    private Ended run(Map<String, String> environment, String input, String... words)
            throws Exception {
        Files.createDirectories(Path.of("target/it"));
        Path output = Files.createTempFile(Path.of("target/it"), "security", ".log");
        Process process = builder(environment, words).redirectOutput(output.toFile()).start();
        try (var in = process.outputWriter()) {
            in.write(input);
        }
        boolean ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        process.destroyForcibly();
        String text = Files.readString(output);
        Files.delete(output);
        assertThat(ended).as(text).isTrue();
        return new Ended(process.exitValue(), text);
    }

    private ProcessBuilder builder(Map<String, String> environment, String... words)
            throws Exception {
        ProcessBuilder builder = RunningAuspex.command(Packaged.command(List.of(words)));
        if (database != null) {
            builder.environment().putAll(database.environment());
        }
        builder.environment().putAll(RunningAuspex.STARTED_OFTEN);
        builder.environment().putAll(new HashMap<>(environment));
        return builder;
    }

    private void await(String key) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                if (status("GET", "/api/status", key) == 200) {
                    return;
                }
            } catch (IOException notYet) {
                // It is starting.
            }
            assertThat(service).isNotNull();
            assertThat(service.isAlive())
                    .as(Files.readString(Path.of("target/it/security.log")))
                    .isTrue();
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(100);
        }
    }

    private int status(String method, String path, @Nullable String key) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .timeout(Duration.ofSeconds(20));
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private static void delete() throws IOException {
        for (Path folder : List.of(DATA, DatabaseBeside.of(DATA))) {
            if (Files.exists(folder)) {
                try (var paths = Files.walk(folder)) {
                    for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                        Files.deleteIfExists(path);
                    }
                }
            }
        }
    }
}
