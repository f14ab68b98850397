package io.auspex.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.auspex.model.ModelSpec;
import io.auspex.platform.Json;
import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Objects;
import org.hibernate.annotations.ColumnTransformer;
import org.jspecify.annotations.Nullable;

/** A row of {@code model}: the specification and the aliases. Written only under its row lock. */
@Entity
@Table(name = "model")
class ModelRow extends PanacheEntityBase {

    @Id
    @Column(name = "name")
    String name;

    @Column(name = "spec")
    @ColumnTransformer(read = "spec::text", write = "cast(cast(? as text) as jsonb)")
    String spec;

    @Column(name = "last_version")
    int lastVersion;

    @Column(name = "champion")
    @Nullable Integer champion;

    @Column(name = "challenger")
    @Nullable Integer challenger;

    @Column(name = "previous")
    @Nullable Integer previous;

    @Column(name = "refit_enabled")
    boolean refitEnabled;

    @Column(name = "shadow_closes")
    int shadowCloses;

    @Column(name = "challenger_share")
    double challengerShare;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "updated_at")
    Instant updatedAt;

    @SuppressWarnings("NullAway") // Hibernate fills the fields
    ModelRow() {}

    int nextVersion(Instant now) {
        lastVersion++;
        updatedAt = now;
        return lastVersion;
    }

    /** The version serves from now on; what served before becomes {@code previous}. */
    void crown(int version, Instant now) {
        if (!Objects.equals(champion, version)) {
            previous = champion;
            champion = version;
        }
        if (Objects.equals(challenger, version)) {
            challenger = null;
        }
        updatedAt = now;
    }

    /** The version runs in the shadow from now on. */
    void challengedBy(int version, Instant now) {
        challenger = version;
        updatedAt = now;
    }

    /** Whatever that version was, it does not run in the shadow any more. */
    void dismiss(int version, Instant now) {
        if (Objects.equals(challenger, version)) {
            challenger = null;
            updatedAt = now;
        }
    }

    RegisteredModel toModel() {
        return new RegisteredModel(
                readSpec(),
                champion,
                previous,
                challenger,
                lastVersion,
                updatedAt,
                new ModelPolicy(refitEnabled, shadowCloses, challengerShare));
    }

    private ModelSpec readSpec() {
        try {
            return Json.mapper().readValue(spec, ModelSpec.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    "the stored specification of model " + name + " cannot be read", e);
        }
    }
}
