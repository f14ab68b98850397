package io.auspex.api.guard;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * No compression of WebSockets, of frames as little as of messages: where either could be agreed
 * on, every request of every connection would pass a handler that waits for a handshake.
 */
@ApplicationScoped
class PlainWebSockets implements HttpServerOptionsCustomizer {

    @Override
    public void customizeHttpServer(HttpServerOptions options) {
        options.setPerFrameWebSocketCompressionSupported(false)
                .setPerMessageWebSocketCompressionSupported(false);
    }
}
