package io.auspex.api.stream;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.vertx.http.runtime.filters.QuarkusRequestWrapper;
import io.vertx.core.http.HttpServerRequest;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jboss.logging.Logger;

/**
 * A request that became a WebSocket. Quarkus counts it as running for ever, even when the WebSocket
 * has long been closed, and every shutdown would wait its whole time for it. It can be told that a
 * request is over, but not by anybody outside of its package.
 */
@RegisterForReflection(targets = QuarkusRequestWrapper.class)
final class UpgradedRequest {

    private static final Logger LOG = Logger.getLogger(UpgradedRequest.class);

    private UpgradedRequest() {}

    /** Without effect when Quarkus has changed: then a shutdown takes longer. */
    static void isOver(HttpServerRequest request) {
        try {
            Method done = QuarkusRequestWrapper.class.getDeclaredMethod("done");
            done.setAccessible(true);
            done.invoke(QuarkusRequestWrapper.get(request));
        } catch (NoSuchMethodException
                | IllegalAccessException
                | InvocationTargetException
                | RuntimeException changed) {
            LOG.debugf(changed, "a request cannot be ended");
        }
    }
}
