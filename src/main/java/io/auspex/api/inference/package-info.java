/**
 * Owns the questions to models: {@code predict}, the live feature vectors, and the Open Inference
 * Protocol v2 over REST and gRPC with its extensions.
 *
 * <p>One flow: {@code POST /v2/models/{model}/infer} leases the champion from {@link
 * io.auspex.serving.ModelServer}, reads the tensor straight from the bytes of the body, scores it
 * on the event loop when that takes microseconds and on a bounded pool when it does not, and gives
 * the lease back. A gRPC call takes the same way from the second step on: both are a question to
 * {@link io.auspex.api.inference.Inference}.
 *
 * <p>May import everything but the other parts of the API; {@link io.auspex.api.problem} it shares.
 */
@NullMarked
package io.auspex.api.inference;

import org.jspecify.annotations.NullMarked;
