package io.auspex.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.features.FeatureSchema;
import io.auspex.platform.Json;
import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import org.hibernate.annotations.ColumnTransformer;
import org.jspecify.annotations.Nullable;

/** A row of {@code model_version}; only the gate's decision is ever written after the insert. */
@Entity
@Table(name = "model_version")
class VersionRow extends PanacheEntityBase {

    @EmbeddedId Key key;

    @Column(name = "state")
    @Enumerated(EnumType.STRING)
    VersionState state;

    @Column(name = "origin")
    String origin;

    @Column(name = "sha256")
    String sha256;

    @Column(name = "schema_hash")
    String schemaHash;

    @Column(name = "schema_names")
    @ColumnTransformer(read = "schema_names::text", write = "cast(cast(? as text) as jsonb)")
    String schemaNames;

    @Column(name = "report")
    @ColumnTransformer(read = "report::text", write = "cast(cast(? as text) as jsonb)")
    String report;

    @Column(name = "reason")
    @Nullable String reason;

    @Column(name = "unproven")
    boolean unproven;

    @Column(name = "pinned")
    boolean pinned;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "decided_at")
    @Nullable Instant decidedAt;

    @SuppressWarnings("NullAway") // Hibernate fills the fields
    VersionRow() {}

    static VersionRow candidate(
            Key key,
            String origin,
            String sha256,
            FeatureSchema schema,
            JsonNode report,
            Instant now) {
        VersionRow row = new VersionRow();
        row.key = key;
        row.state = VersionState.CANDIDATE;
        row.origin = origin;
        row.sha256 = sha256;
        row.schemaHash = schema.hash();
        row.schemaNames = Json.mapper().valueToTree(schema.names()).toString();
        row.report = report.toString();
        row.createdAt = now;
        return row;
    }

    void decide(VersionState decision, String why, boolean withoutEvidence, Instant now) {
        state = decision;
        reason = why;
        unproven = withoutEvidence;
        decidedAt = now;
    }

    ModelVersion toVersion() {
        try {
            List<String> names = Json.mapper().readValue(schemaNames, new TypeReference<>() {});
            return new ModelVersion(
                    key.model(),
                    key.version(),
                    state,
                    origin,
                    sha256,
                    new FeatureSchema(names, schemaHash),
                    Json.mapper().readTree(report),
                    reason,
                    unproven,
                    createdAt,
                    decidedAt,
                    pinned);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("stored version " + key + " cannot be read", e);
        }
    }

    @Embeddable
    record Key(@Column(name = "model") String model, @Column(name = "version") int version) {

        @Override
        public String toString() {
            return "v" + version + " of model " + model;
        }
    }
}
