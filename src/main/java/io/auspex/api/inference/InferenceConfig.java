package io.auspex.api.inference;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** Bounds of inference. */
@ConfigMapping(prefix = "auspex.inference")
interface InferenceConfig {

    /** Rows that one request may bring. */
    @WithDefault("1000")
    int maxRows();

    /** Rows above which a request is scored on a worker instead of the event loop. */
    @WithDefault("64")
    int eventLoopRows();

    /** Bytes of a request above which it is read on a worker instead of the event loop. */
    @WithDefault("65536")
    int eventLoopBytes();

    /** Microseconds a row from which a model is scored on a worker instead of the event loop. */
    @WithDefault("100")
    int eventLoopRowMicros();

    /** Threads that score slow models and large requests. */
    @WithDefault("1")
    int workers();

    /** Requests that may wait for those threads; one more is answered 503. */
    @WithDefault("64")
    int maxWaiting();

    /**
     * Models, joined by commas, without whose champions the service is not ready; all others are
     * optional.
     */
    Optional<String> requiredModels();
}
