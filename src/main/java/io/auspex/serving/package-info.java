/**
 * Owns the sessions of ONNX Runtime, their publication and replacement, and the live feature
 * vectors. The only package that imports {@code ai.onnxruntime}.
 *
 * <p>A prediction: {@link io.auspex.serving.Predictor} leases the champion from {@link
 * io.auspex.serving.ModelServer}, takes the symbol's last vector from {@link
 * io.auspex.serving.LiveFeatures}, and has the {@link io.auspex.serving.ServingModel} score it in
 * one native call over memory that is reused. Nothing blocks, nothing is locked. Rows that callers
 * bring, and that an event loop finds in one pass over its sockets, share a call: {@link
 * io.auspex.serving.MicroBatches}.
 *
 * <p>A swap: the server fetches the bytes of a version, loads them beside the one that serves,
 * warms up, compares with the trainer's answers, prepares the features, commits in the registry,
 * and only then publishes by one reference. The old session closes when its last reader has left,
 * because the native handle is freed at once and a run in flight would take the process along. A
 * second version may run in the shadow of the one that serves; a swap ends it. What another process
 * promotes is heard of by {@code PromotionListener}.
 *
 * <p>May import registry, model, features, market and platform.
 */
@NullMarked
package io.auspex.serving;

import org.jspecify.annotations.NullMarked;
