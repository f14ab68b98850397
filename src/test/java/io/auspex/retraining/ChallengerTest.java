package io.auspex.retraining;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.market.Timeframe;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelSpec;
import io.auspex.platform.Await;
import io.auspex.platform.PostgresResource;
import io.auspex.registry.ModelPolicy;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelSettings;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.RegisteredModel;
import io.auspex.registry.VersionState;
import io.auspex.retraining.AttemptResult.Decision;
import io.auspex.serving.TinyModels;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class ChallengerTest {

    @Inject Candidates candidates;
    @Inject ModelRegistry registry;
    @Inject ModelSettings settings;

    @Test
    void whatPassesTheGateChallengesAProvenChampionFirst() {
        declare("challenged");
        assertThat(passed("challenged", 1, false).decided())
                .as("there is no champion to run beside")
                .isEqualTo(Decision.PROMOTED);

        AttemptResult.Decided second = passed("challenged", 2, false);
        assertThat(second.decided()).isEqualTo(Decision.CHALLENGER);
        assertThat(second.decision()).isEqualTo("CHALLENGER");
        assertThat(model("challenged").champion()).isEqualTo(1);
        assertThat(model("challenged").challenger()).isEqualTo(2);
        assertThat(version("challenged", 2).state()).isEqualTo(VersionState.CANDIDATE);
        assertThat(version("challenged", 2).reason()).isEqualTo("merits");

        passed("challenged", 3, false);
        assertThat(model("challenged").challenger()).isEqualTo(3);
        assertThat(version("challenged", 2).state()).isEqualTo(VersionState.REJECTED);
        assertThat(version("challenged", 2).reason()).contains("v3 took its place");
    }

    @Test
    void withoutAShadowOrWithoutEvidenceItIsPromotedAtOnce() {
        declare("unchallenged");
        await(() -> settings.set("unchallenged", ModelPolicy.STANDARD));
        passed("unchallenged", 1, false);
        assertThat(passed("unchallenged", 2, false).decided()).isEqualTo(Decision.PROMOTED);

        declare("demonstrated");
        passed("demonstrated", 1, true);
        assertThat(passed("demonstrated", 2, false).decided())
                .as("an unproven champion is no bar")
                .isEqualTo(Decision.PROMOTED);
        assertThat(passed("demonstrated", 3, true).decided())
                .as("nobody asked for evidence")
                .isEqualTo(Decision.PROMOTED);
    }

    private AttemptResult.Decided passed(String model, float bias, boolean unproven) {
        TinyModels tiny = TinyModels.tiny().named(model).bias(bias);
        ModelVersion added =
                await(() -> registry.add(model, "test", tiny.schema(), tiny.onnx(), tiny.report()));
        return candidates.carryOut(added, new GateDecision.Promote("merits", unproven));
    }

    private void declare(String model) {
        MarketSpec market = new MarketSpec("simulated", List.of(), Timeframe.FIVE_MINUTES);
        await(() -> registry.declare(ModelSpec.standard(model, market)));
        await(() -> settings.set(model, new ModelPolicy(true, 100, 0)));
    }

    private RegisteredModel model(String name) {
        return await(() -> registry.model(name)).orElseThrow();
    }

    private ModelVersion version(String model, int number) {
        return await(() -> registry.version(model, number)).orElseThrow();
    }

    private static <T> T await(Supplier<Uni<T>> work) {
        return Await.item(work);
    }
}
