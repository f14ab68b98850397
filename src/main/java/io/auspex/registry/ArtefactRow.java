package io.auspex.registry;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A row of {@code artefact}: the bytes of a model.onnx under their own SHA-256. */
@Entity
@Table(name = "artefact")
class ArtefactRow extends PanacheEntityBase {

    @Id
    @Column(name = "sha256")
    String sha256;

    /** Null once retention has taken it. */
    @Column(name = "content")
    byte @Nullable [] content;

    @Column(name = "created_at")
    Instant createdAt;

    @SuppressWarnings("NullAway") // Hibernate fills the fields
    ArtefactRow() {}
}
