package io.auspex.api.inference;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a model by the Open Inference Protocol, checked against its {@link Signature}.
 *
 * @param id comes back in the answer; null when there was none
 * @param timeoutMicros within which the answer is of use, from the request's arrival on; null when
 *     there is no hurry
 * @param outputs in the order asked for
 */
record InferRequest(
        @Nullable String id, @Nullable Long timeoutMicros, Tensor tensor, List<Output> outputs) {

    InferRequest {
        outputs = List.copyOf(outputs);
    }

    /**
     * An output that is asked for.
     *
     * @param place in the model's answers
     * @param binary as raw bytes after the JSON object
     */
    record Output(String name, int place, boolean binary) {}

    /** Every output of the model. */
    static List<Output> all(Signature signature, boolean binary) {
        List<Output> all = new ArrayList<>(signature.outputs().size());
        for (int place = 0; place < signature.outputs().size(); place++) {
            all.add(new Output(signature.outputs().get(place), place, binary));
        }
        return all;
    }
}
