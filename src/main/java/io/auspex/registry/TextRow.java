package io.auspex.registry;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;

/** A row of {@code model_text}: what the trainer wrote of a version in its own format. */
@Entity
@Table(name = "model_text")
class TextRow extends PanacheEntityBase {

    @EmbeddedId VersionRow.Key key;

    @Column(name = "content")
    byte[] content;

    @SuppressWarnings("NullAway") // Hibernate fills the fields
    TextRow() {}

    static TextRow of(String model, int version, byte[] text) {
        TextRow row = new TextRow();
        row.key = new VersionRow.Key(model, version);
        row.content = text;
        return row;
    }
}
