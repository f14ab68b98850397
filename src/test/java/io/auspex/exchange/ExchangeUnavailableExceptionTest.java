package io.auspex.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PfxOptions;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExchangeUnavailableExceptionTest {

    private static final long PATIENCE_SECONDS = 20;
    private static final String PASSWORD = "changeit";

    @Test
    void aCertificateThatNobodyVouchesForIsNamed(@TempDir Path folder) throws Exception {
        Path store = folder.resolve("own.p12");
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-keyalg",
                                "EC",
                                "-alias",
                                "own",
                                "-dname",
                                "CN=localhost",
                                "-storepass",
                                PASSWORD,
                                "-keystore",
                                store.toString())
                        .inheritIO()
                        .start();
        assertThat(keytool.waitFor()).isZero();
        Vertx vertx = Vertx.vertx();
        try {
            int port =
                    vertx.createHttpServer(
                                    new HttpServerOptions()
                                            .setSsl(true)
                                            .setKeyCertOptions(
                                                    new PfxOptions()
                                                            .setPath(store.toString())
                                                            .setPassword(PASSWORD)))
                            .requestHandler(request -> request.response().end("{}"))
                            .listen(0, "127.0.0.1")
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                            .actualPort();
            ExecutionException failure =
                    Assertions.catchThrowableOfType(
                            ExecutionException.class,
                            () ->
                                    vertx.createHttpClient(new HttpClientOptions().setSsl(true))
                                            .request(HttpMethod.GET, port, "127.0.0.1", "/")
                                            .toCompletionStage()
                                            .toCompletableFuture()
                                            .get(PATIENCE_SECONDS, TimeUnit.SECONDS));
            assertThat(ExchangeUnavailableException.explain(failure.getCause()))
                    .containsIgnoringCase("certification path");
        } finally {
            vertx.close()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    @Test
    void whatIsBehindIsNotSaidTwice() {
        Exception refused =
                new Exception(
                        "Connection refused: localhost/127.0.0.1:1", new Exception("refused"));
        assertThat(ExchangeUnavailableException.explain(refused))
                .isEqualTo("Connection refused: localhost/127.0.0.1:1");
        assertThat(ExchangeUnavailableException.explain(new Exception("x", new Exception("y"))))
                .isEqualTo("x: y");
        assertThat(ExchangeUnavailableException.explain(new Exception("x", new Exception())))
                .isEqualTo("x");
    }
}
