package io.auspex.api.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.auspex.platform.Json;
import io.auspex.platform.PostgresResource;
import io.auspex.security.AuditLog;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may take the configuration out and bring it in, and that no secret goes with it. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@TestProfile(SecuredProfile.class)
class SecuredConfigurationTest {

    private static final String CANARY = "canary-3f9d1c77";

    @Inject AuditLog audit;

    @TestHTTPResource("/")
    URI address;

    private Callers callers;

    @BeforeEach
    void service() {
        callers = new Callers(address);
    }

    @Test
    void noSecretIsInTheExport() throws Exception {
        JsonNode key =
                callers.issue(
                        "{\"name\":\"%s\",\"role\":\"operator\",\"subject\":\"%s\"}"
                                .formatted(CANARY, CANARY));
        assertThat(
                        callers.call(
                                        "PUT",
                                        "/api/secrets/exchange.key",
                                        SecuredProfile.ADMIN,
                                        "{\"value\":\"%s\"}".formatted(CANARY))
                                .statusCode())
                .isLessThan(300);
        String token = key.path("token").asText();
        HttpResponse<String> export = callers.call("GET", "/api/config/export", token, null);
        assertThat(export.statusCode()).isEqualTo(200);
        assertThat(export.body())
                .contains("\"version\" : 1")
                .doesNotContain(CANARY)
                .doesNotContain(key.path("key").path("id").asText())
                .doesNotContain(SecuredProfile.ADMIN);
        // Options are configuration too, but not of this kind: none of them is in it.
        String password =
                ConfigProvider.getConfig().getValue("quarkus.datasource.password", String.class);
        assertThat(export.body()).doesNotContain("\"" + password + "\"");
        assertThat(Json.mapper().readTree(export.body()).fieldNames())
                .toIterable()
                .containsExactly("version", "trainer", "ensemble", "models");
    }

    @Test
    void onlyOperatorsMayAndTheLogSaysWhoChangedWhat() throws Exception {
        for (String role : new String[] {"viewer", "trader"}) {
            String token = callers.key(role);
            assertThat(callers.status("GET", "/api/config/export", token)).isEqualTo(403);
            assertThat(callers.call("POST", "/api/config/import", token, "{}").statusCode())
                    .isEqualTo(403);
        }
        String operator =
                callers.issue("{\"name\":\"c\",\"role\":\"operator\",\"subject\":\"conny\"}")
                        .path("token")
                        .asText();
        String before = callers.call("GET", "/api/config/export", operator, null).body();
        ObjectNode document = (ObjectNode) Json.mapper().readTree(before);
        document.withObject("/ensemble/weights").put("lava_ai", 0.55);
        assertThat(
                        callers.call(
                                        "POST",
                                        "/api/config/import?dry_run=true",
                                        operator,
                                        document.toString())
                                .statusCode())
                .isEqualTo(200);
        // Of what changes nothing the row is written after the answer.
        audit.flush();
        assertThat(
                        callers.call("POST", "/api/config/import", operator, document.toString())
                                .statusCode())
                .isEqualTo(200);
        assertThat(callers.call("POST", "/api/config/import", operator, before).statusCode())
                .isEqualTo(200);
        audit.flush();
        assertThat(audit.rows(0, 10_000, "config.import"))
                .filteredOn(row -> "conny".equals(row.subject()))
                .extracting(row -> row.detail())
                .containsExactly(
                        "dry run, would change: /ensemble/weights/lava_ai",
                        "changed: /ensemble/weights/lava_ai",
                        "changed: /ensemble/weights/lava_ai");
    }

    @Test
    void anImportAndItsRowInTheAuditLogAreThereTogetherOrNotAtAll() throws Exception {
        String operator = callers.key("operator");
        String before = callers.call("GET", "/api/config/export", operator, null).body();
        ObjectNode document = (ObjectNode) Json.mapper().readTree(before);
        document.withObject("/ensemble/weights").put("lava_ai", 0.45);
        String wanted = document.toString();
        String path = "/api/config/import?reason=together";

        execute(
                """
                create function refuse_imports() returns trigger language plpgsql as $$
                begin raise exception 'nothing is recorded here'; end $$;
                create trigger refuse_imports before insert on audit for each row
                when (new.action = 'config.import') execute function refuse_imports()
                """);
        try {
            assertThat(callers.call("POST", path, operator, wanted).statusCode()).isEqualTo(500);
            assertThat(callers.call("GET", "/api/config/export", operator, null).body())
                    .as("what cannot be recorded is not done")
                    .isEqualTo(before);
        } finally {
            execute("drop trigger refuse_imports on audit; drop function refuse_imports()");
        }
        audit.flush();

        assertThat(callers.call("POST", path, operator, wanted).statusCode()).isEqualTo(200);
        // Without a flush: it was there before the answer was.
        assertThat(audit.rows(0, 10_000, "config.import"))
                .last()
                .satisfies(row -> {
                    assertThat(row.outcome()).isEqualTo("done");
                    assertThat(row.detail())
                            .isEqualTo("changed: /ensemble/weights/lava_ai; reason: together");
                });
        assertThat(callers.call("POST", path, operator, before).statusCode()).isEqualTo(200);
        audit.flush();
        assertThat(audit.rows(0, 10_000, "config.import"))
                .filteredOn(row -> row.detail().contains("together"))
                .as("each once")
                .hasSize(2);
        assertThat(audit.verify(null).intact()).isTrue();
    }

    private static void execute(String statements) throws SQLException {
        Config config = ConfigProvider.getConfig();
        try (Connection connection =
                        DriverManager.getConnection(
                                config.getValue("quarkus.datasource.jdbc.url", String.class),
                                config.getValue("quarkus.datasource.username", String.class),
                                config.getValue("quarkus.datasource.password", String.class));
                Statement statement = connection.createStatement()) {
            statement.execute(statements);
        }
    }
}
