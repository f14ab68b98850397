package io.auspex.registry;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A row of {@code promotion}: one move of the champion alias. */
@Entity
@Table(name = "promotion")
class PromotionRow extends PanacheEntityBase {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    @Column(name = "id")
    Long id;

    @Column(name = "model")
    String model;

    @Column(name = "version")
    int version;

    @Column(name = "previous")
    @Nullable Integer previous;

    @Column(name = "kind")
    @Enumerated(EnumType.STRING)
    Kind kind;

    @Column(name = "reason")
    String reason;

    @Column(name = "created_at")
    Instant createdAt;

    @SuppressWarnings("NullAway") // Hibernate fills the fields
    PromotionRow() {}

    static PromotionRow of(
            Kind kind,
            String model,
            int version,
            @Nullable Integer previous,
            String reason,
            Instant now) {
        PromotionRow row = new PromotionRow();
        row.kind = kind;
        row.model = model;
        row.version = version;
        row.previous = previous;
        row.reason = reason;
        row.createdAt = now;
        return row;
    }

    ModelPromoted toNews() {
        return new ModelPromoted(
                model, version, previous, reason, kind == Kind.ROLLBACK, createdAt);
    }

    enum Kind {
        PROMOTION,
        ROLLBACK
    }
}
