package io.auspex.configuration;

import io.auspex.ensemble.EnsembleWeights;
import io.auspex.platform.Await;
import io.auspex.registry.ModelSettings;
import io.auspex.shadow.Shadows;
import io.auspex.triggers.RetrainingService;
import io.auspex.triggers.TrainerService;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the configuration as a document, and makes a document the configuration. Blocking. */
@ApplicationScoped
public class ConfigurationService {

    /** Longest reason that is kept with an import, in characters. */
    public static final int MAX_REASON = 500;

    private final ConfigurationStore store;
    private final ModelSettings settings;
    private final RetrainingService retraining;
    private final TrainerService trainer;
    private final EnsembleWeights weights;
    private final Shadows shadows;

    ConfigurationService(
            ConfigurationStore store,
            ModelSettings settings,
            RetrainingService retraining,
            TrainerService trainer,
            EnsembleWeights weights,
            Shadows shadows) {
        this.store = store;
        this.settings = settings;
        this.retraining = retraining;
        this.trainer = trainer;
        this.weights = weights;
        this.shadows = shadows;
    }

    /**
     * The configuration as a document.
     *
     * @param hash SHA-256 of its bytes
     */
    public record Export(String document, String hash) {}

    /** Keeps for others that, and by whom, something was imported. */
    @FunctionalInterface
    public interface Record {

        /** The last work of the transaction that imports: what fails here undoes it. */
        Uni<Void> in(SqlConnection connection, ImportOutcome.Accepted accepted);
    }

    /** What is in force at one moment. */
    public Export export() {
        Configuration configuration = Await.item(store::current).configuration();
        return new Export(
                new String(configuration.toBytes(), StandardCharsets.UTF_8), configuration.hash());
    }

    /**
     * Makes a document the configuration, whole or not at all. Models that it does not name keep
     * what they have.
     *
     * @param expected hashes of which one the present configuration must have; null for whatever
     * @param reason kept with every weight that changes
     * @param dryRun only say what would change
     * @param record of what is carried out
     */
    public ImportOutcome importing(
            byte[] document,
            @Nullable Set<String> expected,
            String reason,
            boolean dryRun,
            Record record) {
        // Once without locks: most of what is wrong keeps nobody waiting.
        ImportOutcome looked =
                plan(Await.item(store::current), document, expected, false).outcome();
        if (dryRun || !(looked instanceof ImportOutcome.Accepted)) {
            return looked;
        }
        ImportOutcome outcome =
                Await.item(() ->
                        store.alone(connection ->
                                ConfigurationStore.current(connection)
                                        .chain(current ->
                                                carryOut(
                                                        connection,
                                                        plan(current, document, expected, true),
                                                        reason,
                                                        record))));
        if (outcome instanceof ImportOutcome.Accepted) {
            retraining.settingsChanged();
            shadows.settingsChanged();
            weights.refresh();
        }
        return outcome;
    }

    /**
     * What an import comes to.
     *
     * @param wanted null when nothing is to be done
     */
    private record Plan(
            ImportOutcome outcome, Configuration before, @Nullable Configuration wanted) {}

    private Plan plan(
            CurrentConfiguration current,
            byte[] document,
            @Nullable Set<String> expected,
            boolean applied) {
        Configuration before = current.configuration();
        if (expected != null && !expected.contains(before.hash())) {
            return new Plan(new ImportOutcome.Stale(before.hash()), before, null);
        }
        ConfigurationReader reader = new ConfigurationReader(current, retraining.configuredRules());
        Configuration read = reader.read(document).orElse(null);
        if (read == null) {
            return new Plan(new ImportOutcome.Refused(reader.faults()), before, null);
        }
        Configuration after = before.with(read);
        List<ConfigurationChange> changes =
                ConfigurationChange.between(before.toTree(), after.toTree());
        return new Plan(new ImportOutcome.Accepted(applied, after.hash(), changes), before, after);
    }

    private Uni<ImportOutcome> carryOut(
            SqlConnection connection, Plan plan, String reason, Record record) {
        Configuration before = plan.before();
        Configuration wanted = plan.wanted();
        Uni<Void> done = Uni.createFrom().voidItem();
        if (wanted == null || !(plan.outcome() instanceof ImportOutcome.Accepted accepted)) {
            return done.replaceWith(plan.outcome());
        }
        if (wanted.trainerRuns() != before.trainerRuns()) {
            done = done.chain(() -> trainer.switchIn(connection, wanted.trainerRuns()));
        }
        // Weights that are the same keep what they have learnt since they were set.
        if (!wanted.weights().equals(before.weights())) {
            done =
                    done.chain(() ->
                            weights.setIn(connection, wanted.weights(), reason).replaceWithVoid());
        }
        for (Map.Entry<String, ModelConfiguration> entry : wanted.models().entrySet()) {
            String name = entry.getKey();
            ModelConfiguration now = entry.getValue();
            ModelConfiguration was = Objects.requireNonNull(before.models().get(name));
            if (!now.policy().equals(was.policy())) {
                done = done.chain(() -> settings.setIn(connection, name, now.policy()));
            }
            if (!Objects.equals(now.rules(), was.rules())) {
                done = done.chain(() -> retraining.replaceIn(connection, name, now.rules()));
            }
        }
        return done.chain(() -> record.in(connection, accepted)).replaceWith(plan.outcome());
    }
}
