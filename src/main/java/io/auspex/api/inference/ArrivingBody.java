package io.auspex.api.inference;

import io.auspex.api.problem.ProblemResponse;
import io.netty.buffer.ByteBuf;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request to a plain route as it arrives: mostly in one piece, which is then not
 * copied. One over the limit is refused as soon as that is known. On the request's event loop.
 */
final class ArrivingBody {

    private final RoutingContext context;
    private final long maxBytes;
    private final Consumer<Buffer> whole;
    private @Nullable Buffer received;
    private boolean growing;
    private boolean done;

    private ArrivingBody(RoutingContext context, long maxBytes, Consumer<Buffer> whole) {
        this.context = context;
        this.maxBytes = maxBytes;
        this.whole = whole;
    }

    /**
     * Reads the body of a request; who hangs up before its end is not answered.
     *
     * @param whole hears of the whole body, once, on the event loop
     */
    static void read(RoutingContext context, long maxBytes, Consumer<Buffer> whole) {
        HttpServerRequest request = context.request();
        ArrivingBody body = new ArrivingBody(context, maxBytes, whole);
        request.handler(body::add);
        request.endHandler(_ -> body.end());
        request.exceptionHandler(_ -> body.dropped());
        // Quarkus pauses requests until somebody reads them.
        request.resume();
    }

    /** The bytes of a body on the heap, not copied when they lie there already. */
    @SuppressWarnings("deprecation") // the only way to the bytes that does not copy them
    static ByteBuffer bytes(Buffer body) {
        ByteBuf bytes = body.getByteBuf();
        if (bytes.hasArray()) {
            return ByteBuffer.wrap(
                            bytes.array(),
                            bytes.arrayOffset() + bytes.readerIndex(),
                            bytes.readableBytes())
                    .slice();
        }
        return ByteBuffer.wrap(body.getBytes());
    }

    private void add(Buffer piece) {
        Buffer before = received;
        if (done) {
            return;
        }
        if (piece.length() + (before == null ? 0L : before.length()) > maxBytes) {
            done = true;
            context.response().putHeader(HttpHeaders.CONNECTION, "close");
            ProblemResponse.send(context, 413);
        } else {
            received = before == null ? piece : joined(before).appendBuffer(piece);
        }
    }

    /** The second piece costs a copy of the first, into a buffer that grows from then on. */
    private Buffer joined(Buffer before) {
        if (growing) {
            return before;
        }
        growing = true;
        return Buffer.buffer(2 * before.length()).appendBuffer(before);
    }

    private void end() {
        if (!done) {
            done = true;
            whole.accept(received == null ? Buffer.buffer() : received);
        }
    }

    private void dropped() {
        done = true;
    }
}
