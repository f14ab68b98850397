package io.auspex.bench;

import io.auspex.model.ModelSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Puts what a {@link SwapStorm} promotes into the service's database, as refits would have left it.
 * Deleting a version is something that only the database can do.
 */
final class SwapModels {

    private final RegistryRows registry;

    SwapModels(Connection database) {
        this.registry = new RegistryRows(database);
    }

    /**
     * Registers a model with everything that a plan promotes.
     *
     * @param any a version of it; the mark does not matter
     */
    void prepare(ModelSpec spec, MarkedModel any, SwapStorm.Plan plan) throws SQLException {
        registry.declare(spec);
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

    /** Keeps bytes as a candidate of a model: those of the marked model, or others in its name. */
    void add(int version, MarkedModel model, byte[] onnx) throws SQLException {
        registry.add(model.name(), version, "CANDIDATE", onnx, model.schema(), model.report());
    }

    void delete(String model, int version) throws SQLException {
        registry.update(
                "delete from model_version where model = ? and version = ?", model, version);
    }
}
