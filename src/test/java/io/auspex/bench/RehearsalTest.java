package io.auspex.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import io.auspex.platform.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.util.List;
import javax.sql.DataSource;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.Test;

/** What {@code ./auspex aot} has a service do, in short, without refits. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class RehearsalTest {

    private final ByteArrayOutputStream told = new ByteArrayOutputStream();

    @Inject DataSource database;

    @Test
    void predictsAndSwaps() throws Exception {
        MarkedModel model = registered("rehearsed");
        SwapsBench.first(RestAssured.port, model, 1);
        try (Rehearsal rehearsal = rehearsal("rehearsed")) {
            // By symbol nothing is known of a market that nobody feeds: that is an answer too.
            assertThat(rehearsal.run(0, 3, "NONE")).isPositive();
        }
        assertThat(told.toString(StandardCharsets.UTF_8)).contains("predictions answered");
        RestAssured.get("/api/models/rehearsed")
                .then()
                // Promoted, rolled back, and rolled back again.
                .body("champion", Matchers.equalTo(2));
    }

    @Test
    void saysWhatCannotBeRehearsed() throws Exception {
        MarkedModel model = registered("alone");
        SwapsBench.first(RestAssured.port, model, 1);
        try (Connection connection = database.getConnection()) {
            new SwapModels(connection).delete("alone", 2);
        }
        try (Rehearsal rehearsal = rehearsal("alone")) {
            assertThatThrownBy(() -> rehearsal.run(0, 1, "NONE"))
                    .isInstanceOf(IOException.class)
                    .hasMessage("alone has one version: nothing to swap");
        }
    }

    private Rehearsal rehearsal(String model) {
        return new Rehearsal(
                RestAssured.port, model, new PrintStream(told, true, StandardCharsets.UTF_8));
    }

    private MarkedModel registered(String name) throws Exception {
        MarkedModel any =
                SwapsBench.model(
                        name, 20, new MarketSpec("none", List.of(), Timeframe.FIVE_MINUTES));
        try (Connection connection = database.getConnection()) {
            new SwapModels(connection)
                    .prepare(
                            ModelSpec.standard(name, any.market()),
                            any,
                            SwapsBench.plan(1, 10, 1, 2, 0, 0));
        }
        return any;
    }
}
