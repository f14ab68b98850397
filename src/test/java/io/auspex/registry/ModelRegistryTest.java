package io.auspex.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.auspex.features.FeatureSchema;
import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.platform.PostgresResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class ModelRegistryTest {

    private static final FeatureSchema SCHEMA = FeatureSchema.of(List.of("rsi_14@5m", "hour_sin"));
    private static final JsonNode REPORT = JsonNodeFactory.instance.objectNode().put("rows", 1_200);

    @Inject ModelRegistry registry;
    @Inject DataSource jdbc;

    private String model = "unnamed";

    @BeforeEach
    void declareAModelOfItsOwn(TestInfo test) {
        model = "m-" + Integer.toHexString(test.getDisplayName().hashCode());
        await(() -> registry.declare(spec(1_000)));
    }

    @Test
    void aDeclaredModelHasNoVersionAndNoAlias() {
        RegisteredModel declared = await(() -> registry.model(model)).orElseThrow();
        assertThat(declared)
                .isEqualTo(
                        new RegisteredModel(
                                spec(1_000), null, null, null, 0, declared.updatedAt()));
        assertThat(await(registry::models)).contains(declared);
        assertThat(await(() -> registry.model("nobody"))).isEmpty();
    }

    @Test
    void declaringAgainReplacesTheSpecificationAndKeepsTheAliases() {
        promoted(add("a"));
        RegisteredModel again = await(() -> registry.declare(spec(2_000)));
        assertThat(again.spec().windowCandles()).isEqualTo(2_000);
        assertThat(again.champion()).isEqualTo(1);
    }

    @Test
    void summariesTellStateAndReasonNewestFirst() {
        assertThat(await(() -> registry.summaries(model))).isEmpty();
        promoted(add("a"));
        add("b");
        add("c");
        await(() -> registry.reject(model, 2, "no evidence"));
        List<VersionSummary> summaries = await(() -> registry.summaries(model));
        assertThat(summaries)
                .extracting(VersionSummary::version, VersionSummary::state)
                .containsExactly(
                        tuple(3, VersionState.CANDIDATE),
                        tuple(2, VersionState.REJECTED),
                        tuple(1, VersionState.PROMOTED));
        assertThat(summaries.get(1).reason()).isEqualTo("no evidence");
        assertThat(await(() -> registry.summaries("nobody"))).isEmpty();
    }

    @Test
    void aVersionIsKeptAsItWasAdded() {
        ModelVersion added = add("bytes");
        ModelVersion read = await(() -> registry.version(model, 1)).orElseThrow();
        assertThat(read.state()).isEqualTo(VersionState.CANDIDATE);
        assertThat(read.schema()).isEqualTo(SCHEMA);
        assertThat(read.report()).isEqualTo(REPORT);
        assertThat(read.origin()).isEqualTo("refit:1");
        assertThat(read.reason()).isNull();
        assertThat(read.sha256()).isEqualTo(added.sha256()).hasSize(64);
        assertThat(await(() -> registry.artefact(model, 1))).asString().isEqualTo("bytes");
    }

    @Test
    void concurrentAdditionsGetDistinctConsecutiveVersions() throws Exception {
        List<Integer> versions = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<ModelVersion>> added =
                    IntStream.range(0, 20)
                            .mapToObj(i -> threads.submit(() -> add("content " + i % 3)))
                            .toList();
            for (Future<ModelVersion> version : added) {
                versions.add(version.get().version());
            }
        }
        assertThat(versions)
                .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 20).boxed().toList());
        assertThat(await(() -> registry.versions(model)))
                .extracting(ModelVersion::version)
                .first()
                .isEqualTo(20);
    }

    @Test
    void promotionMovesTheAliasesAndRollbackMovesThemBack() throws Exception {
        add("a");
        add("b");
        promoted(version(1));
        RegisteredModel second = promoted(version(2));
        assertThat(second.champion()).isEqualTo(2);
        assertThat(second.previous()).isEqualTo(1);

        RegisteredModel back = await(() -> registry.rollback(model, "worse live"));
        assertThat(back.champion()).isEqualTo(1);
        assertThat(back.previous()).isEqualTo(2);
        assertThat(promotions())
                .containsExactly("PROMOTION 1 null", "PROMOTION 2 1", "ROLLBACK 1 2");
        assertThat(version(1).reason()).isEqualTo("good");
    }

    @Test
    void everyMoveOfTheAliasIsAnnouncedAtItsCommit() throws Exception {
        ModelVersion version = add("a");
        try (Connection connection = jdbc.getConnection()) {
            PGConnection listener = connection.unwrap(PGConnection.class);
            connection.createStatement().execute("listen " + ModelRegistry.PROMOTION_CHANNEL);
            promoted(version);
            PGNotification[] heard = listener.getNotifications(5_000);
            assertThat(heard).hasSize(1);
            assertThat(heard[0].getParameter())
                    .contains("\"model\":\"" + model + "\"", "\"version\":1");
        }
    }

    @Test
    void aRejectedVersionIsPromotedOnlyWithoutClaimToEvidence() {
        add("a");
        await(() -> registry.reject(model, 1, "no better than chance"));
        assertThat(version(1).state()).isEqualTo(VersionState.REJECTED);
        assertConflict("version-rejected", () -> promoted(version(1)));

        RegisteredModel forced = await(() -> registry.promote(model, 1, "demonstration", true));
        assertThat(forced.champion()).isEqualTo(1);
        assertThat(version(1).unproven()).isTrue();
        assertThat(version(1).state()).isEqualTo(VersionState.PROMOTED);
    }

    @Test
    void illegalTransitionsChangeNothing() throws Exception {
        promoted(add("a"));
        assertConflict(
                "version-promoted", () -> await(() -> registry.reject(model, 1, "too late")));
        assertConflict("already-champion", () -> promoted(version(1)));
        assertConflict("no-previous", () -> await(() -> registry.rollback(model, "nothing there")));
        assertThat(version(1).reason()).isEqualTo("good");
        assertThat(promotions()).hasSize(1);
    }

    @Test
    void whatDoesNotExistIsNotFound() {
        assertFailure(
                Failure.Category.NOT_FOUND,
                "no-such-model",
                () -> await(() -> registry.promote("nobody", 1, "x", false)));
        assertFailure(
                Failure.Category.NOT_FOUND,
                "no-such-version",
                () -> await(() -> registry.promote(model, 9, "x", false)));
        assertFailure(
                Failure.Category.NOT_FOUND,
                "no-such-version",
                () -> await(() -> registry.artefact(model, 9)));
    }

    @Test
    void concurrentPromotionsLeaveOneChampionAndItsPredecessor() throws Exception {
        for (int i = 0; i < 6; i++) {
            add("content " + i);
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<RegisteredModel>> all =
                    IntStream.rangeClosed(1, 6)
                            .mapToObj(v -> threads.submit(() -> promoted(version(v))))
                            .toList();
            for (Future<RegisteredModel> one : all) {
                one.get();
            }
        }
        List<String> moves = promotions();
        assertThat(moves).hasSize(6);
        for (int i = 1; i < 6; i++) {
            String before = moves.get(i - 1).split(" ")[1];
            assertThat(moves.get(i)).endsWith(" " + before);
        }
    }

    private ModelVersion add(String content) {
        return await(() ->
                registry.add(
                        model,
                        "refit:1",
                        SCHEMA,
                        content.getBytes(StandardCharsets.UTF_8),
                        REPORT));
    }

    private ModelVersion version(int version) {
        return await(() -> registry.version(model, version)).orElseThrow();
    }

    private RegisteredModel promoted(ModelVersion version) {
        return await(() -> registry.promote(model, version.version(), "good", false));
    }

    private ModelSpec spec(int window) {
        ModelSpec standard =
                ModelSpec.standard(
                        model, new MarketSpec("simulated", List.of(), Timeframe.FIVE_MINUTES));
        return new ModelSpec(
                standard.name(),
                standard.market(),
                standard.features(),
                standard.targets(),
                standard.trainer(),
                standard.validation(),
                standard.gate(),
                window);
    }

    private List<String> promotions() throws SQLException {
        List<String> found = new ArrayList<>();
        try (Connection connection = jdbc.getConnection();
                var query =
                        connection.prepareStatement(
                                "select kind, version, previous from promotion where model = ?"
                                        + " order by id")) {
            query.setString(1, model);
            var rows = query.executeQuery();
            while (rows.next()) {
                found.add(rows.getString(1) + " " + rows.getInt(2) + " " + rows.getString(3));
            }
        }
        return found;
    }

    private static void assertConflict(String slug, ThrowingCallable call) {
        assertFailure(Failure.Category.CONFLICT, slug, call);
    }

    private static void assertFailure(
            Failure.Category category, String slug, ThrowingCallable call) {
        assertThatThrownBy(call)
                .asInstanceOf(type(Failure.class))
                .satisfies(failure -> {
                    assertThat(failure.category()).isEqualTo(category);
                    assertThat(failure.slug()).isEqualTo(slug);
                });
    }

    private static <T> T await(Supplier<Uni<T>> work) {
        return Await.item(work);
    }
}
