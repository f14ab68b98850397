package io.auspex.api.inference;

import java.util.List;
import java.util.stream.Stream;

/**
 * A model as the protocol describes it.
 *
 * @param versions that may be asked for by number, the newest first
 * @param platform what runs it, as {@code <project>_<format>}
 */
record ModelDescription(
        String name,
        List<String> versions,
        String platform,
        List<TensorDescription> inputs,
        List<TensorDescription> outputs) {

    private static final String PLATFORM = "onnxruntime_onnx";

    /** A dimension that may have any size. */
    private static final long ANY = -1;

    ModelDescription {
        versions = List.copyOf(versions);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /**
     * @param shape -1 stands for any number of rows
     */
    record TensorDescription(String name, String datatype, List<Long> shape) {

        TensorDescription {
            shape = List.copyOf(shape);
        }
    }

    static ModelDescription of(String model, List<Integer> versions, Signature signature) {
        Stream<TensorDescription> outputs =
                signature.outputs().stream().map(output -> tensor(output, 1));
        return new ModelDescription(
                model,
                versions.stream().map(String::valueOf).toList(),
                PLATFORM,
                List.of(tensor(Signature.INPUT, signature.features())),
                outputs.toList());
    }

    private static TensorDescription tensor(String name, long width) {
        return new TensorDescription(name, Signature.DATATYPE, List.of(ANY, width));
    }
}
