package io.auspex.api.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.platform.PostgresResource;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** Clients that are slow on purpose, or send too much, over sockets of their own. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@TestProfile(SecuredProfile.class)
class SlowClientsTest {

    /** Bytes that would keep any timeout of inactivity from ever coming. */
    private static final int DRIPS = 200;

    private static final long PAUSE_MILLIS = 50;

    /** Of a request that fails. */
    private static final List<String> WHO_WOULD_TELL =
            List.of("io.auspex.api.problem", "io.quarkus.vertx.http");

    @Inject MeterRegistry meters;

    @TestHTTPResource("/")
    URI address;

    @Test
    void aHeadThatNeverEndsIsCut() throws Exception {
        double before = cut("head");
        try (RawSocket slow = new RawSocket(address)) {
            slow.send("GET /api/status HTTP/1.1\r\nHost: x\r\n");
            assertThat(slow.drip("X-A: b\r\n", DRIPS, PAUSE_MILLIS)).isLessThan(DRIPS);
        }
        assertThat(cut("head")).isEqualTo(before + 1);
    }

    @Test
    void aHeadThatNeverEndsIsCutOnAConnectionThatWasGoodBefore() throws Exception {
        try (RawSocket slow = new RawSocket(address)) {
            slow.send("GET /q/health/live HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(slow.status()).isEqualTo(200);
            assertThat(slow.drip("G", DRIPS, PAUSE_MILLIS)).isLessThan(DRIPS);
        }
    }

    @Test
    void aBodyThatDripsIsCutAndNeverReachesTheApplication() throws Exception {
        for (String path :
                new String[] {
                    "/api/models/nobody/predict", "/api/trades", "/api/models/nobody/versions"
                }) {
            double before = cut("body");
            try (RawSocket slow = new RawSocket(address)) {
                slow.send(head("POST " + path, "Content-Length: 5000"));
                assertThat(slow.drip("x", DRIPS, PAUSE_MILLIS)).as(path).isLessThan(DRIPS);
            }
            assertThat(cut("body")).as(path).isEqualTo(before + 1);
        }
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedByItsAnnouncement() throws Exception {
        try (RawSocket large = new RawSocket(address)) {
            large.send(head("POST /api/trades", "Content-Length: 99999999999"));
            assertThat(large.status()).isEqualTo(413);
        }
    }

    @Test
    void aBodyThatGrowsTooLargeIsRefused() throws Exception {
        // Blanks are JSON as long as they last: nothing but their number is wrong with them.
        String chunk = "100000\r\n" + " ".repeat(0x100000) + "\r\n";
        List<String> told = new CopyOnWriteArrayList<>();
        Handler ears = new Ears(told);
        WHO_WOULD_TELL.forEach(name -> Logger.getLogger(name).addHandler(ears));
        for (String path : new String[] {"/api/models/nobody/predict", "/api/trades"}) {
            try (RawSocket large = new RawSocket(address)) {
                large.send(head("POST " + path, "Transfer-Encoding: chunked"));
                int sent = 0;
                try {
                    while (sent < 12) {
                        large.send(chunk);
                        sent++;
                    }
                } catch (java.io.IOException cut) {
                    assertThat(sent).as(path).isGreaterThan(8);
                }
                assertThat(large.status()).as(path).isIn(413, 0);
            }
        }
        // Whoever sends too much is no fault of the service, and none of its database.
        WHO_WOULD_TELL.forEach(name -> Logger.getLogger(name).removeHandler(ears));
        assertThat(told).isEmpty();
    }

    /** Hears what is logged. */
    private static final class Ears extends Handler {

        private final List<String> told;

        Ears(List<String> told) {
            this.told = told;
        }

        @Override
        public void publish(LogRecord line) {
            if (line.getLevel().intValue() >= Level.WARNING.intValue()) {
                told.add(line.getMessage() + " " + line.getThrown());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    @Test
    void aBodyOfSomebodyUnknownIsNotRead() throws Exception {
        try (RawSocket stranger = new RawSocket(address)) {
            stranger.send(
                    "POST /api/trades HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                            + "Content-Length: 9000000\r\n\r\n");
            assertThat(stranger.status()).isEqualTo(401);
        }
    }

    @Test
    void aHeadThatIsTooLargeIsRefused() throws Exception {
        try (RawSocket large = new RawSocket(address)) {
            large.send("GET /api/status HTTP/1.1\r\nHost: x\r\n");
            try {
                large.send("X-Long: " + "a".repeat(40_000) + "\r\n\r\n");
            } catch (java.io.IOException cut) {
                // It has said so already.
            }
            assertThat(large.status()).isIn(431, 0);
        }
    }

    @Test
    void jsonThatIsTooDeepIsRefused() throws Exception {
        String deep = "{\"symbol\":" + "[".repeat(2_000) + "]".repeat(2_000) + "}";
        Callers callers = new Callers(address);
        assertThat(callers.call("POST", "/api/trades", SecuredProfile.ADMIN, deep).statusCode())
                .isEqualTo(400);
    }

    private String head(String requestLine, String length) {
        return requestLine
                + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                + SecuredProfile.ADMIN
                + "\r\nContent-Type: "
                + (requestLine.endsWith("versions")
                        ? "multipart/form-data; boundary=x"
                        : "application/json")
                + "\r\n"
                + length
                + "\r\n\r\n";
    }

    private double cut(String limit) {
        var counter = meters.find("auspex.security.cut").tag("limit", limit).counter();
        return counter == null ? 0 : counter.count();
    }
}
