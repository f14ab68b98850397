package io.auspex.ensemble;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.model.ModelKind;
import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.registry.ModelRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The weights in force, to look at and to change. */
@ApplicationScoped
public class EnsembleWeights {

    /** Most members. */
    static final int MAX_MEMBERS = 32;

    private static final int MAX_WEIGHT = 1_000_000;

    private static final String SUFFIX = "_weight";
    private static final String LAST_UPDATED = "last_updated";
    private static final String REASON = "reason";
    private static final int MAX_REASON = 500;

    private final WeightStore store;
    private final WeightsInForce inForce;
    private final ModelRegistry registry;

    EnsembleWeights(WeightStore store, WeightsInForce inForce, ModelRegistry registry) {
        this.store = store;
        this.inForce = inForce;
        this.registry = registry;
    }

    /**
     * What became of the weights of a session.
     *
     * @param reason one sentence
     */
    record Adoption(boolean applied, String reason) {}

    /** In force, as the database has them. */
    public Uni<Weights> current() {
        return store.weights().invoke(inForce::are);
    }

    /**
     * Sets all weights. Blocking: for virtual threads.
     *
     * @param body {@code {"trading_ai_weight": 0.25, ..}}: every standard member, and every further
     *     one that has a weight; another model joins by its name, and leaves with the weight 0; a
     *     {@code reason} is kept, {@code last_updated} is passed over, so that what was read can be
     *     written
     * @throws Failure INVALID {@code invalid-field}: each with what to do
     */
    public Weights set(JsonNode body) {
        Weights before = Await.item(store::weights);
        SortedMap<String, Double> weights = read(body, before);
        requireModels(weights, before);
        weights.entrySet()
                .removeIf(entry ->
                        entry.getValue() == 0 && !Members.STANDARD.contains(entry.getKey()));
        JsonNode reason = body.path(REASON);
        Weights set =
                Await.item(() ->
                        store.set(
                                weights,
                                reason.isTextual() && !reason.asText().isBlank()
                                        ? "set over REST: " + reason.asText()
                                        : "set over REST"));
        inForce.are(set);
        return set;
    }

    /**
     * What is wrong with weights that somebody wants, by member; under the empty name what is wrong
     * with all of them together.
     *
     * @param canJoin whether that is a model of a market, or has a weight already
     */
    public static SortedMap<String, String> faults(
            SortedMap<String, Double> wanted, Predicate<String> canJoin) {
        SortedMap<String, String> faults = new TreeMap<>();
        Members.STANDARD.stream()
                .filter(member -> !wanted.containsKey(member))
                .forEach(member -> faults.put(member, "the weight of this member is missing"));
        wanted.forEach((member, weight) -> {
            if (!isWeight(weight)) {
                faults.put(member, "a weight must be a number from 0 to " + MAX_WEIGHT);
            } else if (!Members.STANDARD.contains(member) && !canJoin.test(member)) {
                faults.put(
                        member,
                        "no model of a market has that name; a member is one of %s, or a model in GET /api/models"
                                .formatted(Members.STANDARD));
            }
        });
        if (wanted.size() > MAX_MEMBERS) {
            faults.put("", "at most " + MAX_MEMBERS + " members: " + wanted.size());
        } else if (faults.isEmpty() && wanted.values().stream().noneMatch(weight -> weight > 0)) {
            faults.put("", "not all weights may be 0");
        }
        return faults;
    }

    /**
     * Sets all weights in the caller's transaction.
     *
     * @param weights without {@link #faults}
     */
    public Uni<Weights> setIn(
            SqlConnection connection, SortedMap<String, Double> weights, String reason) {
        return WeightStore.set(connection, weights, reason);
    }

    /** Those of the database are in force here from now on. Blocking. */
    public void refresh() {
        Await.item(this::current);
    }

    private static boolean isWeight(double weight) {
        return Double.isFinite(weight) && weight >= 0 && weight <= MAX_WEIGHT;
    }

    /**
     * Makes what a session has learnt the weights in force: its members share anew what they had
     * together, everybody else keeps what he has. Not when somebody has changed weights since.
     */
    Adoption adopt(String session, long revision, SortedMap<String, Double> shares) {
        String reason = "learnt in reinforcement session " + session;
        Weights after =
                Await.item(() ->
                        store.change((_, current) ->
                                Uni.createFrom().item(adopted(current, revision, shares, reason))));
        inForce.are(after);
        if (after.revision() == revision + 1 && isOf(reason)) {
            return new Adoption(true, reason);
        }
        return new Adoption(
                false, "the weights were changed while the session ran; start another one");
    }

    private boolean isOf(String reason) {
        return Await.item(() -> store.history(null, null, Long.MAX_VALUE, 1)).stream()
                .anyMatch(change -> change.reason().equals(reason));
    }

    private static Optional<WeightStore.Next> adopted(
            WeightStore.Current current,
            long revision,
            SortedMap<String, Double> shares,
            String reason) {
        if (current.weights().revision() != revision) {
            return Optional.empty();
        }
        SortedMap<String, Double> next = new TreeMap<>(current.weights().weights());
        double together = shares.keySet().stream().mapToDouble(current.weights()::of).sum();
        shares.forEach((member, share) -> next.put(member, share * together));
        return Optional.of(
                new WeightStore.Next(
                        next,
                        next,
                        new WeightStore.Learned(revision + 1, Learning.State.FRESH),
                        reason,
                        null));
    }

    static SortedMap<String, Double> read(JsonNode body, Weights before) {
        if (!body.isObject()) {
            throw invalid("the body is an object: {\"trading_ai_weight\": 0.25, ..}");
        }
        SortedMap<String, Double> weights = new TreeMap<>();
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : body.properties()) {
            String name = field.getKey();
            if (name.equals(LAST_UPDATED)) {
                continue;
            }
            if (name.equals(REASON)) {
                if (!field.getValue().isTextual()
                        || field.getValue().asText().length() > MAX_REASON) {
                    wrong.add("reason is a text of at most " + MAX_REASON + " characters");
                }
            } else if (!name.endsWith(SUFFIX) || name.length() == SUFFIX.length()) {
                wrong.add("unknown field '" + name + "'; a weight is <member>_weight");
            } else {
                number(name, field.getValue(), weights, wrong);
            }
        }
        Set<String> required = new HashSet<>(Members.STANDARD);
        required.addAll(before.weights().keySet());
        for (String member : Members.inOrder(required)) {
            if (!body.has(member + SUFFIX)) {
                wrong.add(member + SUFFIX + " is missing");
            }
        }
        if (weights.size() > MAX_MEMBERS) {
            wrong.add("at most " + MAX_MEMBERS + " members: " + weights.size());
        }
        if (wrong.isEmpty() && weights.values().stream().noneMatch(weight -> weight > 0)) {
            wrong.add("not all weights may be 0");
        }
        if (!wrong.isEmpty()) {
            throw invalid(String.join("; ", wrong));
        }
        return weights;
    }

    private static void number(
            String field, JsonNode value, SortedMap<String, Double> weights, List<String> wrong) {
        double weight = value.asDouble();
        if (!value.isNumber() || !isWeight(weight)) {
            wrong.add(field + " must be a number from 0 to " + MAX_WEIGHT + ": " + value);
        } else {
            weights.put(field.substring(0, field.length() - SUFFIX.length()), weight + 0.0);
        }
    }

    /** A member that is new is a model of a market; one that has a weight already may stay. */
    private void requireModels(SortedMap<String, Double> weights, Weights before) {
        List<String> unknown =
                weights.keySet().stream()
                        .filter(member -> !Members.STANDARD.contains(member))
                        .filter(member -> !before.weights().containsKey(member))
                        .filter(member ->
                                Await.item(() -> registry.model(member))
                                        .filter(model -> model.spec().kind() == ModelKind.MARKET)
                                        .isEmpty())
                        .toList();
        if (!unknown.isEmpty()) {
            throw invalid(
                    "no model of a market is called %s; a member is one of %s, or a model in GET /api/models"
                            .formatted(String.join(", ", unknown), Members.STANDARD));
        }
    }

    private static Failure invalid(String message) {
        return new Failure(Failure.Category.INVALID, "invalid-field", message);
    }
}
