package io.auspex.bench;

import io.auspex.features.FeatureSchema;
import io.auspex.model.ModelSpec;
import io.auspex.platform.Json;
import io.auspex.platform.Sha256;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Writes models into a service's database, as refits would have left them. */
final class RegistryRows {

    private final Connection database;

    RegistryRows(Connection database) {
        this.database = database;
    }

    /** Registers a model without a version. */
    void declare(ModelSpec spec) throws SQLException {
        update(
                "insert into model (name, spec) values (?, cast(? as jsonb))",
                spec.name(),
                json(spec));
    }

    /**
     * Keeps a version of a registered model.
     *
     * @param state of {@code model_version}: CANDIDATE or PROMOTED
     */
    void add(
            String model,
            int version,
            String state,
            byte[] onnx,
            FeatureSchema schema,
            Object report)
            throws SQLException {
        String sha256 = Sha256.hex(onnx);
        update(
                "insert into artefact (sha256, content) values (?, ?) on conflict do nothing",
                sha256,
                onnx);
        update(
                """
                insert into model_version
                    (model, version, state, origin, sha256, schema_hash, schema_names, report)
                values (?, ?, ?, 'bench', ?, ?, cast(? as jsonb), cast(? as jsonb))
                """,
                model,
                version,
                state,
                sha256,
                schema.hash(),
                json(schema.names()),
                json(report));
        update(
                "update model set last_version = greatest(last_version, ?) where name = ?",
                version,
                model);
    }

    void update(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = database.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }

    private static String json(Object value) {
        return Json.mapper().valueToTree(value).toString();
    }
}
