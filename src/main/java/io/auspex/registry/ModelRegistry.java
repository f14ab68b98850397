package io.auspex.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.features.FeatureSchema;
import io.auspex.model.ModelSpec;
import io.auspex.platform.Failure;
import io.auspex.platform.Failure.Category;
import io.auspex.platform.Json;
import io.auspex.platform.Sha256;
import io.quarkus.hibernate.reactive.panache.Panache;
import io.quarkus.panache.common.Sort;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.hibernate.reactive.mutiny.Mutiny;
import org.jspecify.annotations.Nullable;

/**
 * Models, their versions, artefacts and aliases, in PostgreSQL. Each method is one transaction, and
 * what changes a model takes that model's row lock first, so that concurrent changes of one model
 * happen one after the other, whichever process makes them.
 *
 * <p>Subscribe on a duplicated Vert.x context: a REST handler has one, a virtual thread gets one
 * from {@link io.auspex.platform.Await}. Calls on one context run one after the other: chain them,
 * do not join them. Failures are {@link Failure}s: NOT_FOUND {@code no-such-model}, {@code
 * no-such-version}; CONFLICT {@code version-rejected}, {@code version-promoted}, {@code
 * already-champion}, {@code no-previous}, {@code champion-changed}, {@code not-a-candidate}, {@code
 * artefact-gone}.
 */
@ApplicationScoped
public class ModelRegistry {

    /**
     * The channel of PostgreSQL's NOTIFY; the payload is {@code
     * {"model":"..","version":3,"process":".."}}.
     */
    public static final String PROMOTION_CHANNEL = "auspex_promotion";

    private static final Supplier<Uni<Void>> NOTHING_ELSE = () -> Uni.createFrom().voidItem();

    /** Who we are in our own notifications. */
    private final String process = UUID.randomUUID().toString();

    /** Versions of a model that {@link #summaries} tells of. */
    static final int MAX_SUMMARIES = 1_000;

    /** Registers a model, or replaces the specification of one that is registered. */
    public Uni<RegisteredModel> declare(ModelSpec spec) {
        return Panache.withTransaction(
                () -> upsert(spec).chain(() -> lock(spec.name())).map(ModelRow::toModel));
    }

    /** All models by name. */
    public Uni<List<RegisteredModel>> models() {
        return Panache.withSession(() ->
                ModelRow.<ModelRow>listAll(Sort.by("name"))
                        .map(rows -> rows.stream().map(ModelRow::toModel).toList()));
    }

    public Uni<Optional<RegisteredModel>> model(String name) {
        return Panache.withSession(() ->
                ModelRow.<ModelRow>findById(name)
                        .map(row -> Optional.ofNullable(row).map(ModelRow::toModel)));
    }

    /** The versions of a model, newest first; none when there is no such model. */
    public Uni<List<ModelVersion>> versions(String model) {
        return Panache.withSession(() ->
                VersionRow.<VersionRow>list("key.model = ?1", Sort.descending("key.version"), model)
                        .map(rows -> rows.stream().map(VersionRow::toVersion).toList()));
    }

    /**
     * What there is of a model, newest first and at most {@value #MAX_SUMMARIES}; nothing when
     * there is no such model. Cheap: reports stay in the database.
     */
    public Uni<List<VersionSummary>> summaries(String model) {
        return Panache.withSession(() ->
                Panache.getSession()
                        .chain(session ->
                                session.createQuery(
                                                "select new io.auspex.registry.VersionSummary("
                                                        + "v.key.version, v.state, v.reason)"
                                                        + " from VersionRow v where v.key.model = :model"
                                                        + " order by v.key.version desc",
                                                VersionSummary.class)
                                        .setParameter("model", model)
                                        .setMaxResults(MAX_SUMMARIES)
                                        .getResultList()));
    }

    public Uni<Optional<ModelVersion>> version(String model, int version) {
        return Panache.withSession(() ->
                VersionRow.<VersionRow>findById(new VersionRow.Key(model, version))
                        .map(row -> Optional.ofNullable(row).map(VersionRow::toVersion)));
    }

    /** Whether a notification's {@code process} is this registry: nothing new is in it. */
    public boolean isMine(String notifier) {
        return process.equals(notifier);
    }

    /** The newest move of a model's champion alias, as it was announced. */
    public Uni<Optional<ModelPromoted>> lastPromotion(String model) {
        return Panache.withSession(() ->
                PromotionRow.<PromotionRow>find("model", Sort.descending("id"), model)
                        .firstResult()
                        .map(row -> Optional.ofNullable(row).map(PromotionRow::toNews)));
    }

    /**
     * The ONNX bytes of a version.
     *
     * @return fails with CONFLICT {@code artefact-gone} when retention has taken them
     */
    public Uni<byte[]> artefact(String model, int version) {
        return Panache.withSession(() ->
                requireVersion(model, version).chain(row -> content(row.sha256, model, version)));
    }

    /**
     * The ONNX bytes of a version that was read before: its report is not read once more.
     *
     * @return fails with CONFLICT {@code artefact-gone} when retention has taken them
     */
    public Uni<byte[]> artefact(ModelVersion version) {
        return Panache.withSession(
                () -> content(version.sha256(), version.model(), version.version()));
    }

    /** The trainer's own text of a version; empty when it was not kept, or not for this long. */
    public Uni<Optional<byte[]>> trees(String model, int version) {
        return Panache.withSession(() ->
                TextRow.<TextRow>findById(new VersionRow.Key(model, version))
                        .map(row -> Optional.ofNullable(row).map(found -> found.content)));
    }

    /**
     * Keeps the trainer's own text of a version, for trainings that go on from it. Only texts of
     * the champion, the one before and the newest version are kept.
     */
    public Uni<Void> keepTrees(String model, int version, byte[] text) {
        return Panache.withTransaction(() ->
                        lock(model)
                                .chain(row ->
                                        TextRow.delete(
                                                "key.model = ?1 and key.version not in (?2)",
                                                model,
                                                Stream.of(version, row.champion, row.previous)
                                                        .filter(Objects::nonNull)
                                                        .toList()))
                                .chain(() ->
                                        TextRow.<TextRow>findById(
                                                new VersionRow.Key(model, version)))
                                .chain(found ->
                                        found == null
                                                ? TextRow.of(model, version, text).persist()
                                                : Uni.createFrom().item(found)))
                .replaceWithVoid();
    }

    /**
     * Keeps ONNX bytes as the next version of a model, a candidate.
     *
     * @param origin {@code refit:12} or {@code import:onnx-models}
     */
    public Uni<ModelVersion> add(
            String model, String origin, FeatureSchema schema, byte[] onnx, JsonNode report) {
        String sha256 = Sha256.hex(onnx);
        return Panache.withTransaction(() ->
                lock(model)
                        .call(() -> keep(sha256, onnx))
                        .chain(row -> {
                            Instant now = Instant.now();
                            VersionRow version =
                                    VersionRow.candidate(
                                            new VersionRow.Key(model, row.nextVersion(now)),
                                            origin,
                                            sha256,
                                            schema,
                                            report,
                                            now);
                            return version.<VersionRow>persist();
                        })
                        .map(VersionRow::toVersion));
    }

    /**
     * Makes a version the champion and tells every process by {@code NOTIFY}.
     *
     * @param unproven nobody asked for evidence; the only way for a rejected version
     */
    public Uni<RegisteredModel> promote(
            String model, int version, String reason, boolean unproven) {
        return promote(model, version, reason, unproven, NOTHING_ELSE);
    }

    /**
     * As {@link #promote(String, int, String, boolean)}.
     *
     * @param within what else belongs to the transaction; when it fails nothing is promoted
     */
    public Uni<RegisteredModel> promote(
            String model,
            int version,
            String reason,
            boolean unproven,
            Supplier<Uni<Void>> within) {
        return Panache.withTransaction(() ->
                lock(model)
                        .chain(row ->
                                requireVersion(model, version)
                                        .invoke(candidate ->
                                                promote(row, candidate, reason, unproven))
                                        .replaceWith(row))
                        .call(row -> record(PromotionRow.Kind.PROMOTION, row, row.previous, reason))
                        .call(within::get)
                        .map(ModelRow::toModel));
    }

    /**
     * Lets a candidate that has passed the gate run beside the champion. An earlier challenger,
     * which has not been decided on, is rejected.
     *
     * @param reason what the gate has found, kept with the version
     * @return fails with CONFLICT {@code not-a-candidate} too
     */
    public Uni<RegisteredModel> challenge(String model, int version, String reason) {
        return challenge(model, version, reason, NOTHING_ELSE);
    }

    /**
     * As {@link #challenge(String, int, String)}.
     *
     * @param within what else belongs to the transaction; when it fails there is no challenger
     */
    public Uni<RegisteredModel> challenge(
            String model, int version, String reason, Supplier<Uni<Void>> within) {
        return Panache.withTransaction(() ->
                lock(model)
                        .call(row -> replaceChallenger(row, version))
                        .call(row ->
                                requireVersion(model, version)
                                        .invoke(candidate -> challenge(row, candidate, reason)))
                        .call(within::get)
                        .map(ModelRow::toModel));
    }

    /** Keeps a candidate as rejected. */
    public Uni<ModelVersion> reject(String model, int version, String reason) {
        return reject(model, version, reason, NOTHING_ELSE);
    }

    /**
     * As {@link #reject(String, int, String)}.
     *
     * @param within what else belongs to the transaction; when it fails nothing is rejected
     */
    public Uni<ModelVersion> reject(
            String model, int version, String reason, Supplier<Uni<Void>> within) {
        return Panache.withTransaction(() ->
                lock(model)
                        .chain(row ->
                                requireVersion(model, version)
                                        .invoke(rejected -> {
                                            reject(rejected, reason);
                                            row.dismiss(version, Instant.now());
                                        }))
                        .call(within::get)
                        .map(VersionRow::toVersion));
    }

    /** Champion and previous change places. */
    public Uni<RegisteredModel> rollback(String model, String reason) {
        return rollback(model, null, reason);
    }

    /**
     * Champion and previous change places, if that version is still the champion.
     *
     * @param champion null for whichever
     * @return fails with CONFLICT {@code champion-changed} too
     */
    public Uni<RegisteredModel> rollback(String model, @Nullable Integer champion, String reason) {
        return Panache.withTransaction(() ->
                lock(model)
                        .invoke(row -> swapBack(row, champion))
                        .call(row -> record(PromotionRow.Kind.ROLLBACK, row, row.previous, reason))
                        .map(ModelRow::toModel));
    }

    private static void promote(
            ModelRow model, VersionRow version, String reason, boolean unproven) {
        if (Objects.equals(model.champion, version.key.version())) {
            throw new Failure(
                    Category.CONFLICT,
                    "already-champion",
                    version.key + " is the champion already");
        }
        switch (version.state) {
            case CANDIDATE ->
                    version.decide(VersionState.PROMOTED, reason, unproven, Instant.now());
            case REJECTED -> {
                if (!unproven) {
                    throw new Failure(
                            Category.CONFLICT,
                            "version-rejected",
                            version.key + " was rejected: " + version.reason);
                }
                version.decide(VersionState.PROMOTED, reason, true, Instant.now());
            }
            case PROMOTED -> {
                // A former champion returns: its own decision stands, only the alias moves.
            }
        }
        model.crown(version.key.version(), Instant.now());
    }

    private static void challenge(ModelRow model, VersionRow version, String reason) {
        if (version.state != VersionState.CANDIDATE) {
            throw new Failure(
                    Category.CONFLICT,
                    "not-a-candidate",
                    version.key + " has been decided on: " + version.reason);
        }
        version.reason = reason;
        model.challengedBy(version.key.version(), Instant.now());
    }

    private static Uni<Void> replaceChallenger(ModelRow model, int by) {
        Integer earlier = model.challenger;
        if (earlier == null || earlier == by) {
            return Uni.createFrom().voidItem();
        }
        return requireVersion(model.name, earlier)
                .invoke(version -> {
                    if (version.state == VersionState.CANDIDATE) {
                        reject(
                                version,
                                "v" + by + " took its place as challenger before it was decided");
                    }
                })
                .replaceWithVoid();
    }

    /** The bytes alone: a session keeps a copy of each array of a row that it has loaded. */
    private static Uni<byte[]> content(String sha256, String model, int version) {
        return Panache.getSession()
                .chain(session ->
                        session.createQuery(
                                        "select a.content from ArtefactRow a where a.sha256 = :sha256",
                                        byte[].class)
                                .setParameter("sha256", sha256)
                                .getSingleResultOrNull())
                .onItem()
                .ifNull()
                .failWith(() -> gone(model, version));
    }

    private static Failure gone(String model, int version) {
        return new Failure(
                Category.CONFLICT,
                "artefact-gone",
                "the file of version %d of %s was let go by retention, its report stays; train anew, or pin versions that are to be kept"
                        .formatted(version, model));
    }

    private static void reject(VersionRow version, String reason) {
        switch (version.state) {
            case CANDIDATE -> version.decide(VersionState.REJECTED, reason, false, Instant.now());
            case REJECTED ->
                    throw new Failure(
                            Category.CONFLICT,
                            "version-rejected",
                            version.key + " was rejected before: " + version.reason);
            case PROMOTED ->
                    throw new Failure(
                            Category.CONFLICT,
                            "version-promoted",
                            version.key + " was promoted and cannot be rejected any more");
        }
    }

    private static void swapBack(ModelRow model, @Nullable Integer champion) {
        if (champion != null && !Objects.equals(model.champion, champion)) {
            throw new Failure(
                    Category.CONFLICT,
                    "champion-changed",
                    "v%d is not the champion of %s any more".formatted(champion, model.name));
        }
        Integer previous = model.previous;
        if (previous == null) {
            throw new Failure(
                    Category.CONFLICT,
                    "no-previous",
                    "model " + model.name + " has no previous champion to go back to");
        }
        model.crown(previous, Instant.now());
    }

    private Uni<Void> record(
            PromotionRow.Kind kind, ModelRow model, @Nullable Integer before, String reason) {
        int champion = Objects.requireNonNull(model.champion);
        return PromotionRow.of(kind, model.name, champion, before, reason, Instant.now())
                .persist()
                .chain(() -> announce(model.name, champion));
    }

    /** NOTIFY takes no parameters, pg_notify does; PostgreSQL delivers it at the commit. */
    private Uni<Void> announce(String model, int version) {
        String payload =
                Json.mapper()
                        .valueToTree(Map.of("model", model, "version", version, "process", process))
                        .toString();
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(
                                        "select cast(pg_notify(:channel, :payload) as" + " text)",
                                        String.class)
                                .setParameter("channel", PROMOTION_CHANNEL)
                                .setParameter("payload", payload)
                                .getSingleResult())
                .replaceWithVoid();
    }

    private static Uni<Integer> upsert(ModelSpec spec) {
        String json = json(spec);
        return Panache.getSession()
                .chain(session ->
                        session.createNativeQuery(
                                        """
                                        insert into model (name, spec)
                                        values (:name, cast(cast(:spec as text) as jsonb))
                                        on conflict (name) do update
                                        set spec = excluded.spec, updated_at = now()
                                        where model.spec <> excluded.spec
                                        """)
                                .setParameter("name", spec.name())
                                .setParameter("spec", json)
                                .executeUpdate());
    }

    /** Equal bytes are kept once, also when two transactions bring them at the same time. */
    private static Uni<Integer> keep(String sha256, byte[] content) {
        return Panache.getSession()
                .chain((Mutiny.Session session) ->
                        session.createNativeQuery(
                                        """
                                        insert into artefact (sha256, content)
                                        values (:sha256, :content)
                                        on conflict (sha256) do update
                                        set content = excluded.content
                                        where artefact.content is null
                                        """)
                                .setParameter("sha256", sha256)
                                .setParameter("content", content)
                                .executeUpdate());
    }

    private static Uni<ModelRow> lock(String model) {
        return ModelRow.<ModelRow>findById(model, LockModeType.PESSIMISTIC_WRITE)
                .onItem()
                .ifNull()
                .failWith(() -> Unregistered.model(model));
    }

    private static Uni<VersionRow> requireVersion(String model, int version) {
        VersionRow.Key key = new VersionRow.Key(model, version);
        return VersionRow.<VersionRow>findById(key)
                .onItem()
                .ifNull()
                .failWith(() -> Unregistered.version(model, version));
    }

    private static String json(ModelSpec spec) {
        try {
            return Json.mapper().writeValueAsString(spec);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a specification can be written as JSON", e);
        }
    }
}
