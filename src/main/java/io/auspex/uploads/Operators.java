package io.auspex.uploads;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The operators that a foreign graph may use: those whose output has a size that follows from the
 * sizes of its inputs. Some take the size, or an axis, as an input; there it must not come from
 * feature values, or one row could ask for any amount of memory. Left out are loops, sequences,
 * random numbers, and operators whose output is as large as the data say (NonZero, Unique,
 * Compress). Source: the ONNX operator specifications up to operator set 24 and ai.onnx.ml 5.
 */
final class Operators {

    static final String ML_DOMAIN = "ai.onnx.ml";
    static final String ZIP_MAP = "ZipMap";
    static final String IF = "If";

    private static final int[] NONE = {};

    private static final String STANDARD =
            """
            Abs Acos Acosh Add And ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BatchNormalization
            BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Cast CastLike Ceil Celu Clip Concat
            Constant Conv ConvInteger ConvTranspose Cos Cosh DepthToSpace DequantizeLinear Det Div
            Dropout DynamicQuantizeLinear Einsum Elu Equal Erf Exp EyeLike Flatten Floor GRU Gather
            GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater
            GreaterOrEqual GroupNormalization HardSigmoid HardSwish Hardmax Identity
            InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual
            Log LogSoftmax LpNormalization LpPool MatMul MatMulInteger Max MaxPool Mean
            MeanVarianceNormalization Min Mish Mod Mul Neg Not Or PRelu Pow QLinearConv QLinearMatMul
            QuantizeLinear RMSNormalization RNN Reciprocal Relu ReverseSequence Round ScatterElements
            ScatterND Selu Shape Shrink Sigmoid Sign Sin Sinh Size Softmax Softplus Softsign
            SpaceToDepth Sqrt Sub Sum Swish Tan Tanh ThresholdedRelu Transpose Trilu Where Xor
            Reshape:1 Expand:1 Tile:1 Range:0,1,2 ConstantOfShape:0 Pad:1,3 Slice:1,2,3,4 OneHot:1
            TopK:1 Split:1 Squeeze:1 Unsqueeze:1 CumSum:1 Resize:1,2,3 CenterCropPad:1 ReduceL1:1
            ReduceL2:1 ReduceLogSum:1 ReduceLogSumExp:1 ReduceMax:1 ReduceMean:1 ReduceMin:1
            ReduceProd:1 ReduceSum:1 ReduceSumSquare:1 If:0
            """;

    private static final String MACHINE_LEARNING =
            """
            ArrayFeatureExtractor Binarizer CategoryMapper FeatureVectorizer Imputer LabelEncoder
            LinearClassifier LinearRegressor Normalizer OneHotEncoder SVMClassifier SVMRegressor Scaler
            TreeEnsemble TreeEnsembleClassifier TreeEnsembleRegressor ZipMap
            """;

    private static final Map<String, int[]> STANDARD_OPERATORS = read(STANDARD);
    private static final Map<String, int[]> ML_OPERATORS = read(MACHINE_LEARNING);

    private Operators() {}

    /** Whether the domain is one of the two that are known; empty means {@code ai.onnx}. */
    static boolean knowsDomain(String domain) {
        return isStandard(domain) || domain.equals(ML_DOMAIN);
    }

    static boolean isStandard(String domain) {
        return domain.isEmpty() || domain.equals("ai.onnx");
    }

    /**
     * The inputs of an operator that must not depend on feature values; empty for an unknown one.
     */
    static Optional<int[]> sizeInputs(String domain, String operator) {
        return Optional.ofNullable(
                (isStandard(domain) ? STANDARD_OPERATORS : ML_OPERATORS).get(operator));
    }

    private static Map<String, int[]> read(String table) {
        Map<String, int[]> operators = new HashMap<>();
        for (String entry : table.strip().split("\\s+")) {
            String[] parts = entry.split(":", 2);
            operators.put(
                    parts[0],
                    parts.length == 1
                            ? NONE
                            : Arrays.stream(parts[1].split(","))
                                    .mapToInt(Integer::parseInt)
                                    .toArray());
        }
        return Map.copyOf(operators);
    }
}
