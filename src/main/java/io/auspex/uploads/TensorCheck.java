package io.auspex.uploads;

import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;

/** Whether a constant is what its shape says, and lies in the file itself. */
final class TensorCheck {

    private static final int MAX_DIMENSIONS = 16;

    private TensorCheck() {}

    static void require(TensorProto tensor) throws RefusedModelException {
        String name = GraphText.quoted(tensor.getName());
        if (tensor.getDataLocation() == DataLocation.EXTERNAL
                || tensor.getExternalDataCount() > 0) {
            throw RefusedModelException.file(
                    "the tensor "
                            + name
                            + " has external data; save the model as one file (onnx.save with"
                            + " save_as_external_data=False)");
        }
        if (tensor.hasSegment()) {
            throw RefusedModelException.file("the tensor " + name + " is cut into segments");
        }
        long declared = elements(tensor, name);
        long present = present(tensor, name);
        if (declared != present) {
            throw RefusedModelException.file(
                    "the tensor %s declares %d values and has %d"
                            .formatted(name, declared, present));
        }
    }

    static RefusedModelException sparse(SparseTensorProto tensor) {
        return RefusedModelException.file(
                "the tensor "
                        + GraphText.quoted(tensor.getValues().getName())
                        + " is sparse: store it dense");
    }

    private static long elements(TensorProto tensor, String name) throws RefusedModelException {
        if (tensor.getDimsCount() > MAX_DIMENSIONS) {
            throw RefusedModelException.file(
                    "the tensor %s has %d dimensions; at most %d"
                            .formatted(name, tensor.getDimsCount(), MAX_DIMENSIONS));
        }
        long elements = 1;
        for (long dimension : tensor.getDimsList()) {
            if (dimension < 0 || dimension > Integer.MAX_VALUE) {
                throw RefusedModelException.file(
                        "the tensor %s has a dimension of %d".formatted(name, dimension));
            }
            elements *= dimension;
            if (elements > Integer.MAX_VALUE) {
                throw RefusedModelException.file(
                        "the tensor %s declares more than %d values: %s"
                                .formatted(name, Integer.MAX_VALUE, tensor.getDimsList()));
            }
        }
        return elements;
    }

    private static long present(TensorProto tensor, String name) throws RefusedModelException {
        DataType type = DataType.forNumber(tensor.getDataType());
        if (type == null) {
            throw unknown(tensor, name);
        }
        int bytes =
                switch (type) {
                    case BOOL, INT8, UINT8 -> Byte.BYTES;
                    case INT16, UINT16, FLOAT16, BFLOAT16 -> Short.BYTES;
                    case FLOAT, INT32, UINT32 -> Float.BYTES;
                    case DOUBLE, INT64, UINT64 -> Double.BYTES;
                    case STRING -> 0;
                    default -> throw unknown(tensor, name);
                };
        if (tensor.hasRawData() && bytes > 0) {
            int size = tensor.getRawData().size();
            if (size % bytes != 0) {
                throw RefusedModelException.file(
                        "the tensor %s has %d bytes, no multiple of %d"
                                .formatted(name, size, bytes));
            }
            return size / bytes;
        }
        return switch (type) {
            case FLOAT -> tensor.getFloatDataCount();
            case DOUBLE -> tensor.getDoubleDataCount();
            case INT64 -> tensor.getInt64DataCount();
            case UINT32, UINT64 -> tensor.getUint64DataCount();
            case STRING -> tensor.getStringDataCount();
            default -> tensor.getInt32DataCount();
        };
    }

    private static RefusedModelException unknown(TensorProto tensor, String name) {
        return RefusedModelException.file(
                "the tensor %s has the unsupported data type %d"
                        .formatted(name, tensor.getDataType()));
    }
}
