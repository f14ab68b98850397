package io.auspex.bench;

import io.auspex.model.ModelSpec;
import io.auspex.platform.Json;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Collectors;

/**
 * Puts what a {@link SwapStorm} promotes into the service's database, as refits would have left it.
 * Deleting a version is something that only the database can do.
 */
final class SwapModels {

    private final Connection database;

    SwapModels(Connection database) {
        this.database = database;
    }

    /**
     * Registers a model with everything that a plan promotes.
     *
     * @param any a version of it; the mark does not matter
     */
    void prepare(ModelSpec spec, MarkedModel any, SwapStorm.Plan plan) throws SQLException {
        declare(spec);
        for (int version : plan.good()) {
            add(version, any.marked(version), any.marked(version).onnx());
        }
        for (int version : plan.corrupt()) {
            byte[] whole = any.marked(version).onnx();
            add(version, any, Arrays.copyOf(whole, whole.length / 3 + version % 7));
        }
        for (int version : plan.deleted()) {
            add(version, any.marked(version), any.marked(version).onnx());
            delete(any.name(), version);
        }
    }

    /** The body of a request about a row of zeros. */
    static String zeros(MarkedModel model) {
        return model.schema().names().stream()
                .map(name -> "\"" + name + "\":0.0")
                .collect(Collectors.joining(",", "{\"features\":{", "}}"));
    }

    /** Registers a model. */
    void declare(ModelSpec spec) throws SQLException {
        update(
                "insert into model (name, spec) values (?, cast(? as jsonb))",
                spec.name(),
                json(spec));
    }

    /** Keeps bytes as a candidate of a model: those of the marked model, or others in its name. */
    void add(int version, MarkedModel model, byte[] onnx) throws SQLException {
        String sha256 = sha256(onnx);
        update(
                "insert into artefact (sha256, content) values (?, ?) on conflict do nothing",
                sha256,
                onnx);
        update(
                """
                insert into model_version
                    (model, version, state, origin, sha256, schema_hash, schema_names, report)
                values (?, ?, 'CANDIDATE', 'bench', ?, ?, cast(? as jsonb), cast(? as jsonb))
                """,
                model.name(),
                version,
                sha256,
                model.schema().hash(),
                json(model.schema().names()),
                model.report().toString());
        update(
                "update model set last_version = greatest(last_version, ?) where name = ?",
                version,
                model.name());
    }

    void delete(String model, int version) throws SQLException {
        update("delete from model_version where model = ? and version = ?", model, version);
    }

    private void update(String sql, Object... values) throws SQLException {
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

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
