package io.auspex.api.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import inference.GRPCInferenceServiceGrpc;
import inference.RepositoryModelUnloadRequest;
import io.auspex.platform.Json;
import io.auspex.platform.PostgresResource;
import io.auspex.security.AuditLog;
import io.auspex.security.AuditReport;
import io.auspex.security.Secrets;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@TestProfile(SecuredProfile.class)
class SecuredServiceTest {

    @Inject DataSource database;
    @Inject AuditLog audit;
    @Inject Secrets secrets;

    @TestHTTPResource("/")
    URI address;

    private Callers callers;

    @BeforeEach
    void service() {
        callers = new Callers(address);
    }

    @Test
    void aKeyIsShownOnceAndStoredAsADigest() throws Exception {
        JsonNode issued = callers.issue("{\"name\":\"bot-1\",\"role\":\"viewer\"}");
        String token = issued.path("token").asText();
        assertThat(token).startsWith("auspex_" + issued.path("key").path("id").asText());
        assertThat(callers.status("GET", "/api/status", token)).isEqualTo(200);
        assertThat(callers.call("GET", "/api/keys", SecuredProfile.ADMIN, null).body())
                .contains("bot-1")
                .doesNotContain(token.substring(20));
        assertThat(query("select string_agg(k::text, ' ') from api_key k"))
                .doesNotContain(token.substring(20));
        String wrong = token.substring(0, token.length() - 1) + (token.endsWith("A") ? "B" : "A");
        HttpResponse<String> refused = callers.call("GET", "/api/status", wrong, null);
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate")).isPresent();
        assertThat(refused.headers().firstValue("Content-Type"))
                .contains("application/problem+json");
    }

    @Test
    void aRevokedKeyOpensNothingAtOnce() throws Exception {
        JsonNode issued = callers.issue("{\"name\":\"bot-2\",\"role\":\"viewer\"}");
        String token = issued.path("token").asText();
        String path = "/api/keys/" + issued.path("key").path("id").asText();
        assertThat(callers.status("GET", "/api/models", token)).isEqualTo(200);
        assertThat(callers.status("DELETE", path, SecuredProfile.ADMIN)).isEqualTo(200);
        HttpResponse<String> refused = callers.call("GET", "/api/models", token, null);
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.body()).contains("revoked");
    }

    @Test
    void aRotatedKeyGoesOnForItsOverlap() throws Exception {
        JsonNode issued = callers.issue("{\"name\":\"bot-3\",\"role\":\"viewer\"}");
        String old = issued.path("token").asText();
        String path = "/api/keys/" + issued.path("key").path("id").asText() + "/rotate";
        JsonNode next =
                Json.mapper()
                        .readTree(
                                callers.call(
                                                "POST",
                                                path,
                                                SecuredProfile.ADMIN,
                                                "{\"overlap\":\"PT1H\"}")
                                        .body());
        String fresh = next.path("token").asText();
        assertThat(callers.status("GET", "/api/models", old)).isEqualTo(200);
        assertThat(callers.status("GET", "/api/models", fresh)).isEqualTo(200);
        String again = "/api/keys/" + next.path("key").path("id").asText() + "/rotate";
        callers.call("POST", again, SecuredProfile.ADMIN, "{\"overlap\":\"PT0S\"}");
        assertThat(callers.call("GET", "/api/models", fresh, null).body()).contains("expired");
    }

    @Test
    void tokensOfTheProviderOpenWhatTheirRolesAllow() throws Exception {
        IdentityProvider provider = IdentityProvider.running();
        String operator = provider.token(provider.claims("ada", "auspex-operator", "staff"));
        assertThat(settled(operator)).isEqualTo(200);
        assertThat(callers.status("POST", "/api/trainer/start", operator)).isEqualTo(200);
        assertThat(callers.status("GET", "/api/keys", operator)).isEqualTo(403);
        for (String bad : badTokens(provider)) {
            assertThat(settled(bad)).as(bad).isEqualTo(401);
        }
    }

    private static List<String> badTokens(IdentityProvider provider) {
        JwtClaims otherIssuer = provider.claims("eve", "auspex-admin");
        otherIssuer.setIssuer("http://127.0.0.1:1");
        JwtClaims otherAudience = provider.claims("eve", "auspex-admin");
        otherAudience.setAudience("another-program");
        JwtClaims expired = provider.claims("eve", "auspex-admin");
        expired.setExpirationTime(NumericDate.fromSeconds(1_000_000_000));
        JwtClaims endless = provider.claims("eve", "auspex-admin");
        endless.unsetClaim("exp");
        return List.of(
                provider.token(otherIssuer),
                provider.token(otherAudience),
                provider.token(expired),
                provider.token(endless),
                provider.token(provider.claims("eve", "admin", "auspex-king")),
                provider.unsigned(provider.claims("eve", "auspex-admin")),
                provider.signedWithThePublicKey(provider.claims("eve", "auspex-admin")),
                provider.forged(provider.claims("eve", "auspex-admin")),
                "not.a.token",
                "x".repeat(9_000));
    }

    /** While the provider's keys are being fetched, nobody can tell. */
    private int settled(String token) throws Exception {
        int status = callers.status("GET", "/api/status", token);
        for (int i = 0; status == 503 && i < 200; i++) {
            Thread.sleep(50);
            status = callers.status("GET", "/api/status", token);
        }
        return status;
    }

    @Test
    void whoAsksTooOftenIsToldWhenToComeBack() throws Exception {
        String token = callers.key("viewer");
        String other = callers.key("viewer");
        HttpResponse<String> refused = null;
        for (int i = 0; i < 20 * SecuredProfile.REQUESTS_PER_SECOND && refused == null; i++) {
            HttpResponse<String> answer = callers.call("GET", "/api/features/NONE", token, null);
            refused = answer.statusCode() == 429 ? answer : null;
        }
        assertThat(refused).as("a 429 that never came").isNotNull();
        assertThat(refused.headers().firstValueAsLong("Retry-After").orElse(0)).isPositive();
        assertThat(refused.body()).contains("too-many-requests");
        assertThat(callers.status("GET", "/api/status", other)).isEqualTo(200);
    }

    @Test
    void pathsThatRoutersCouldReadOtherwiseAreRefused() throws Exception {
        String viewer = callers.key("viewer");
        for (String path :
                List.of(
                        "/api/models;a=b",
                        "/api/keys;a=b",
                        "/api//keys",
                        "/api/models/%2e%2e/keys",
                        "/api/models/../keys",
                        "/api/%6beys",
                        "/api/models/x%2f..%2f..%2fkeys",
                        "/api/refits/1;/../../keys")) {
            assertThat(RawSocket.status(address, "GET " + path, viewer)).as(path).isEqualTo(400);
        }
        assertThat(callers.status("GET", "/api/keys/", viewer)).isEqualTo(403);
    }

    @Test
    void whatWasDoneIsInTheLogWithWhoAndFromWhereAndWithWhatOutcome() throws Exception {
        String operator =
                callers.issue("{\"name\":\"n\",\"role\":\"operator\",\"subject\":\"olga\"}")
                        .path("token")
                        .asText();
        String viewer =
                callers.issue("{\"name\":\"n\",\"role\":\"viewer\",\"subject\":\"vera\"}")
                        .path("token")
                        .asText();
        assertThat(callers.status("POST", "/api/models/nobody/train", operator)).isEqualTo(404);
        assertThat(callers.status("POST", "/api/trainer/start", viewer)).isEqualTo(403);
        audit.flush();
        JsonNode rows = callers.json("GET", "/api/audit?limit=1000", SecuredProfile.ADMIN);
        assertThat(rows)
                .anySatisfy(row -> {
                    assertThat(row.path("subject").asText()).isEqualTo("olga");
                    assertThat(row.path("action").asText()).isEqualTo("refit.request");
                    assertThat(row.path("target").asText()).isEqualTo("/api/models/nobody/train");
                    assertThat(row.path("outcome").asText()).isEqualTo("404");
                    assertThat(row.path("origin").asText()).isEqualTo("127.0.0.1");
                    assertThat(row.path("role").asText()).isEqualTo("operator");
                })
                .anySatisfy(row -> {
                    assertThat(row.path("subject").asText()).isEqualTo("vera");
                    assertThat(row.path("outcome").asText()).isEqualTo("403");
                });
        assertThat(query("select string_agg(a::text, ' ') from audit a"))
                .as("names and addresses are not in the log itself")
                .doesNotContain("olga", "vera")
                .contains("enc:");
        HttpResponse<String> csv =
                callers.call("GET", "/api/audit?format=csv&limit=1000", SecuredProfile.ADMIN, null);
        assertThat(csv.body())
                .startsWith("seq,at,actor")
                .contains("olga")
                .contains("refit.request");
    }

    @Test
    void whatWasDoneOverGrpcIsInTheLogToo() throws Exception {
        String operator =
                callers.issue("{\"name\":\"g\",\"role\":\"operator\",\"subject\":\"gina\"}")
                        .path("token")
                        .asText();
        Metadata headers = new Metadata();
        headers.put(
                Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
                "Bearer " + operator);
        ManagedChannel channel =
                ManagedChannelBuilder.forAddress(address.getHost(), address.getPort())
                        .usePlaintext()
                        .build();
        try {
            var client =
                    GRPCInferenceServiceGrpc.newBlockingStub(channel)
                            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
            assertThatThrownBy(() ->
                            client.repositoryModelUnload(
                                    RepositoryModelUnloadRequest.newBuilder()
                                            .setModelName("nobody")
                                            .build()))
                    .hasMessageContaining("NOT_FOUND");
        } finally {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
        audit.flush();
        assertThat(audit.rows(0, 10_000, "model.unload"))
                .filteredOn(row -> "gina".equals(row.subject()))
                .singleElement()
                .satisfies(row -> {
                    assertThat(row.outcome()).isEqualTo("grpc-5");
                    assertThat(row.target())
                            .isEqualTo("/inference.GRPCInferenceService/RepositoryModelUnload");
                });
    }

    @Test
    void anyEditAndAnyGapIsFound() throws Exception {
        for (int i = 0; i < 5; i++) {
            callers.status("POST", "/api/trainer/start", SecuredProfile.ADMIN);
        }
        audit.flush();
        AuditReport whole = audit.verify(null);
        assertThat(whole.intact()).as(String.valueOf(whole.reason())).isTrue();
        long row = whole.rows() - 2;
        assertThatThrownBy(() -> execute("update audit set outcome = '200' where seq = " + row))
                .hasMessageContaining("append-only");
        assertThatThrownBy(() -> execute("delete from audit")).hasMessageContaining("append-only");
        assertThatThrownBy(() -> execute("truncate audit")).hasMessageContaining("append-only");

        assertBroken(row, "content", "update audit set outcome = '999' where seq = " + row);
        assertBroken(row, "missing", "delete from audit where seq = " + row);
        assertBroken(row + 2, "ends before its head", "delete from audit where seq > " + (row + 1));
        String head =
                "update audit_head set (seq, hash) = (select seq, hash from audit where seq = ";
        assertBroken(
                row + 2,
                "ends before the anchor",
                whole.head(),
                "delete from audit where seq > " + (row + 1),
                head + (row + 1) + ")");
        // Without an anchor kept elsewhere, who may edit the head too can cut the tail unnoticed.
        assertThat(audit.verify(whole.head()).intact()).isTrue();
    }

    private void assertBroken(long at, String reason, String edit) throws SQLException {
        assertBroken(at, reason, null, edit);
    }

    /** Edits as a superuser who has switched the triggers off, looks, and takes it back. */
    private void assertBroken(long at, String reason, String anchor, String... edits)
            throws SQLException {
        execute("create table kept as select * from audit");
        execute("create table kept_head as select * from audit_head");
        try {
            List<String> all = new ArrayList<>();
            all.add("set session_replication_role = replica");
            all.addAll(List.of(edits));
            all.add("set session_replication_role = origin");
            execute(all.toArray(String[]::new));
            AuditReport report = audit.verify(anchor);
            assertThat(report.intact()).isFalse();
            assertThat(report.brokenAt()).isEqualTo(at);
            assertThat(report.reason()).contains(reason);
        } finally {
            execute(
                    "set session_replication_role = replica",
                    "delete from audit",
                    "insert into audit select * from kept",
                    "delete from audit_head",
                    "insert into audit_head select * from kept_head",
                    "set session_replication_role = origin",
                    "drop table kept",
                    "drop table kept_head");
        }
    }

    @Test
    void manyWritersMakeOneChain() throws Exception {
        long before = audit.verify(null).rows();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String body = "{\"name\":\"many-%d\",\"role\":\"viewer\"}".formatted(i);
                calls.add(
                        CompletableFuture.supplyAsync(
                                () -> {
                                    try {
                                        return callers.call(
                                                        "POST",
                                                        "/api/keys",
                                                        SecuredProfile.ADMIN,
                                                        body)
                                                .statusCode();
                                    } catch (Exception failure) {
                                        throw new IllegalStateException(failure);
                                    }
                                },
                                threads));
            }
            assertThat(calls).allSatisfy(call -> assertThat(call.join()).isEqualTo(201));
        }
        AuditReport after = audit.verify(null);
        assertThat(after.intact()).isTrue();
        assertThat(after.rows()).isEqualTo(before + 20);
    }

    @Test
    void secretsAreListedByNameUsedByNameAndNeverShown() throws Exception {
        String value = "token-" + UUID.randomUUID();
        HttpResponse<String> set =
                callers.call(
                        "PUT",
                        "/api/secrets/telegram.bot",
                        SecuredProfile.ADMIN,
                        "{\"value\":\"" + value + "\"}");
        assertThat(set.statusCode()).isEqualTo(204);
        assertThat(callers.call("GET", "/api/secrets", SecuredProfile.ADMIN, null).body())
                .contains("telegram.bot", "k1")
                .doesNotContain(value);
        assertThat(secrets.value("telegram.bot")).contains(value);
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "select ciphertext from secret where name = 'telegram.bot'")) {
            row.next();
            assertThat(new String(row.getBytes(1), StandardCharsets.ISO_8859_1))
                    .doesNotContain(value);
        }
        execute("update secret set name = 'another' where name = 'telegram.bot'");
        assertThatThrownBy(() -> secrets.value("another")).hasMessageContaining("was changed");
        assertThat(callers.status("DELETE", "/api/secrets/another", SecuredProfile.ADMIN))
                .isEqualTo(204);
    }

    @Test
    void whoIsErasedLeavesAPseudonymThatIsNobodys() throws Exception {
        String trader =
                callers.issue("{\"name\":\"t\",\"role\":\"trader\",\"subject\":\"tom\"}")
                        .path("token")
                        .asText();
        HttpResponse<String> taken =
                callers.call("POST", "/api/trades", trader, "[" + trade("tom-1") + "]");
        assertThat(taken.body()).contains("ACCEPTED");
        callers.call("POST", "/api/trades", callers.key("trader"), "[" + trade("other-1") + "]");
        audit.flush();
        assertThatThrownBy(() -> execute("delete from closed_trade where id = 'tom-1'"))
                .hasMessageContaining("append-only");
        HttpResponse<String> erased =
                callers.call("DELETE", "/api/subjects/tom", SecuredProfile.ADMIN, null);
        assertThat(erased.statusCode()).as(erased.body()).isEqualTo(200);
        assertThat(erased.body()).contains("\"trades\":1", "\"keys\":1");
        String pseudonym = Json.mapper().readTree(erased.body()).path("pseudonym").asText();

        assertThat(callers.status("GET", "/api/status", trader)).isEqualTo(401);
        assertThat(callers.call("GET", "/api/trades", SecuredProfile.ADMIN, null).body())
                .contains("other-1")
                .doesNotContain("tom-1");
        JsonNode rows = callers.json("GET", "/api/audit?limit=1000", SecuredProfile.ADMIN);
        assertThat(rows.toString()).doesNotContain("\"tom\"");
        assertThat(rows)
                .anySatisfy(row -> {
                    assertThat(row.path("actor").asText()).isEqualTo(pseudonym);
                    assertThat(row.path("action").asText()).isEqualTo("trades.report");
                    assertThat(row.path("subject").isNull()).isTrue();
                    assertThat(row.path("origin").isNull()).isTrue();
                });
        assertThat(audit.verify(null).intact()).isTrue();
        assertThat(query("select count(*) || ' ' || sum(trades) from erasure")).isEqualTo("1 1");
        assertThat(callers.status("DELETE", "/api/subjects/tom", SecuredProfile.ADMIN))
                .isEqualTo(404);
    }

    @Test
    void aPageOfAnotherOriginChangesNothing() throws Exception {
        assertThat(
                        RawSocket.status(
                                address,
                                "POST /api/trainer/start",
                                SecuredProfile.ADMIN,
                                "Origin: https://evil.example"))
                .isEqualTo(403);
        assertThat(
                        RawSocket.status(
                                address,
                                "POST /api/trainer/start",
                                SecuredProfile.ADMIN,
                                "Origin: " + SecuredProfile.ORIGIN))
                .isEqualTo(200);
    }

    private static String trade(String id) {
        return """
        {"id":"%s","symbol":"ETHBTC","direction":"LONG","entry_time":"2026-11-20T12:03:10Z",
         "entry_price":0.07,"exit_time":"2026-11-20T13:10:00Z","exit_price":0.071,"pnl":2.5,
         "pnl_percent":1.04,"context":{"rsi":41.5,"trend":0.01,"volatility":0.004,"volume_ratio":1.2}}
        """
                .formatted(id);
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private String query(String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return String.valueOf(row.getString(1));
        }
    }
}
