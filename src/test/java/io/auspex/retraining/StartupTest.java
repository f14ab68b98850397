package io.auspex.retraining;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.auspex.features.FeatureSet;
import io.auspex.ingest.HistoryLoaded;
import io.auspex.ingest.LiveHold;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.LossTest;
import io.auspex.model.MarketSpec;
import io.auspex.platform.Await;
import io.auspex.platform.Json;
import io.auspex.platform.PostgresResource;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.RegisteredModel;
import io.auspex.registry.VersionState;
import io.auspex.serving.ModelServer;
import io.auspex.serving.TinyModels;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The start of a feed that has no candle yet, beside a models folder with starters in it. */
@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
@TestProfile(StartupTest.WithStarters.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StartupTest {

    private static final List<Symbol> SYMBOLS =
            List.of(new Symbol("SIMABTC"), new Symbol("SIMBBTC"));
    private static final Timeframe FIVE = Timeframe.FIVE_MINUTES;
    private static final Path MODELS =
            Path.of("target", "test-models", UUID.randomUUID().toString(), "starters");

    @Inject Event<HistoryLoaded> historyLoaded;
    @Inject ModelRegistry registry;
    @Inject ModelServer server;
    @Inject RefitDiary diary;
    @Inject LiveHold hold;

    /** Four files: of no use, without evidence, with evidence, and one that comes too late. */
    public static final class WithStarters implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            write("simulated-5m", 1, "no model at all".getBytes(StandardCharsets.UTF_8));
            write("simulated-5m", 2, starter("simulated-5m", "simulated", 0.1f, 0.4));
            write("simulated-5m", 3, starter("simulated-5m", "simulated", 0.2f, 0.001));
            write("simulated-5m", 10, starter("simulated-5m", "simulated", 0.3f, 0.001));
            write("elsewhere-5m", 1, starter("elsewhere-5m", "simulated", 0.1f, 0.001));
            return Map.of("auspex.models-folder", MODELS.toString(), "auspex.speed", "max");
        }
    }

    @Test
    @Order(1)
    void theStarterServesBeforeTheFirstLiveCloseAndTheFirstRefitIsRequested() throws Exception {
        historyLoaded.fire(new HistoryLoaded("simulated:7", FIVE, SYMBOLS, 0));

        RegisteredModel model = await(() -> registry.model("simulated-5m")).orElseThrow();
        assertThat(model.champion()).isEqualTo(2);
        try (var lease = server.acquire("simulated-5m").orElseThrow()) {
            assertThat(lease.model().version()).isEqualTo(2);
        }
        List<ModelVersion> versions = await(() -> registry.versions("simulated-5m"));
        assertThat(versions)
                .extracting(ModelVersion::state)
                .containsExactly(
                        VersionState.CANDIDATE, VersionState.PROMOTED, VersionState.REJECTED);
        assertThat(versions).extracting(ModelVersion::origin).containsOnly("import:starters");
        assertThat(versions.getLast().reason()).contains("p=0.4 over 16 blocks, 0.01 needed");
        assertThat(versions.get(1).unproven()).isFalse();
        assertThat(await(() -> registry.model("elsewhere-5m"))).isEmpty();

        Refit first = diary.await(Duration.ofSeconds(30), refit -> true);
        assertThat(first.triggerReason()).isEqualTo("starter serves; first training");
        Refit end = diary.awaitEnd(Duration.ofSeconds(30), first.id());
        assertThat(end.state()).isEqualTo(RefitState.FAILED);
        assertThat(end.reason()).startsWith("nothing to train on");
        assertThat(diary.heldWhileRunning()).isTrue();
        assertThat(hold.isHeld()).isFalse();
    }

    @Test
    @Order(2)
    void aSecondStartImportsNothingTwice() throws Exception {
        historyLoaded.fire(new HistoryLoaded("simulated:7", FIVE, SYMBOLS, 0));
        assertThat(await(() -> registry.versions("simulated-5m"))).hasSize(3);
    }

    @Test
    void modelsAreNamedAfterTheFeed() {
        assertThat(FeedModel.name("simulated:7:3.0", FIVE)).isEqualTo("simulated-5m");
        assertThat(FeedModel.name("replay:Market Data", FIVE)).isEqualTo("market-data-5m");
        assertThat(FeedModel.name("replay:" + "x".repeat(200), FIVE)).hasSize(59);
        assertThat(FeedModel.name("replay:__", FIVE)).isEqualTo("replay-5m");
        assertThat(FeedModel.market("simulated:7", FIVE).feed()).isEqualTo("simulated");
        assertThat(FeedModel.market("replay:Market Data", FIVE).feed())
                .isEqualTo("replay:Market Data");
    }

    private static byte[] starter(String model, String feed, float bias, double pValue) {
        TinyModels tiny =
                TinyModels.tiny()
                        .named(model)
                        .features(FeatureSet.compact().schema(SYMBOLS).names())
                        .market(new MarketSpec(feed, List.of(), FIVE))
                        .bias(bias);
        LossTest test = new LossTest.Tested(5_000, 16, 0.01, 3, pValue);
        ObjectNode report = Json.mapper().valueToTree(GateTest.report(test, test));
        report.set("probe", tiny.report().get("probe"));
        return tiny.with("auspex.report", report.toString()).onnx();
    }

    private static void write(String model, int version, byte[] content) {
        try {
            Path folder = MODELS.resolve(model).resolve(Integer.toString(version));
            Files.createDirectories(folder);
            Files.write(folder.resolve("model.onnx"), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> T await(Supplier<Uni<T>> work) {
        return Await.item(work);
    }
}
