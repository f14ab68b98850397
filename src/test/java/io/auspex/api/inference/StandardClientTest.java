package io.auspex.api.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.Python;
import io.auspex.api.LiveService;
import io.auspex.platform.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import org.junit.jupiter.api.Test;

/** NVIDIA's tritonclient against this service: {@code src/test/python/check_protocol.py}. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class StandardClientTest {

    private static final String MODEL = "clients-tiny";
    private static final String EMPTY = "clients-none";
    private static final String UNLOADABLE = "clients-unloadable";

    @Inject LiveService service;

    @TestHTTPResource("/")
    URI address;

    @Test
    void tritonsClientsGetTheSameNumbersOverHttpAndGrpc() throws Exception {
        Python python = Python.with("requirements-protocol.txt", "python-protocol");
        int older = service.promote(MODEL, 0.3f).version();
        int version = service.promote(MODEL, 0.1f).version();
        service.declare(EMPTY);
        service.promote(UNLOADABLE, 0.1f);

        Python.Ended ended =
                python.run(
                        120,
                        "check_protocol.py",
                        address.getHost() + ":" + address.getPort(),
                        MODEL,
                        Integer.toString(version),
                        Integer.toString(older),
                        EMPTY,
                        UNLOADABLE);
        System.out.print(ended.output());
        assertThat(ended.output()).contains("ok: ");
        assertThat(ended.exitCode()).isZero();
    }
}
