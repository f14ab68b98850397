package io.auspex.api.guard;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * No compression of WebSockets: to compress the same message for every subscriber costs more than
 * it saves, and where it could be agreed on, of messages or of frames, every request of every
 * connection would pass a handler that waits for a handshake.
 */
@ApplicationScoped
class PlainWebSockets implements HttpServerOptionsCustomizer {

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        options.setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false);
    }
}
