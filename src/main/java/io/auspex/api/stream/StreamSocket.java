package io.auspex.api.stream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * The socket below a connection of websockets-next. What is sent here goes past websockets-next and
 * Vert.x, which would encode it for each connection (docs/decisions/0020): frames that are ready
 * pass their encoder untouched. Everything is in order because all of it happens on one event loop.
 */
final class StreamSocket extends ChannelInboundHandlerAdapter implements Outbox.Wire {

    /** What Vert.x calls its own handler; ours hears of everything before it. */
    private static final String VERTX = "handler";

    /** How long a connection that is being closed may take to read the rest. */
    private static final long CLOSE_GRACE_MILLIS = 5_000;

    private final Channel channel;
    private Runnable onWritable = () -> {};
    private final BiConsumer<CloseCode, String> closing;
    private volatile long heardNanos = System.nanoTime();
    private boolean isClosing;

    /**
     * @param closing sends the close frame, as the connection above does it
     */
    StreamSocket(Channel channel, BiConsumer<CloseCode, String> closing) {
        this.channel = channel;
        this.closing = closing;
    }

    /**
     * Starts to listen; on the event loop.
     *
     * @param whenWritable called when the socket takes more again
     */
    void attach(Runnable whenWritable) {
        onWritable = whenWritable;
        channel.pipeline().addBefore(VERTX, "auspex-stream", this);
    }

    /** When anything at all came from the client last: a message, a pong. */
    long heardNanos() {
        return heardNanos;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        heardNanos = System.nanoTime();
        context.fireChannelRead(message);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable()) {
            onWritable.run();
        }
        context.fireChannelWritabilityChanged();
    }

    @Override
    public boolean isWritable() {
        return !isClosing && channel.isWritable();
    }

    @Override
    public void write(Frame frame) {
        // A failure of a write ends the connection, which websockets-next hears of.
        var _ = channel.write(frame.view(), channel.voidPromise());
    }

    @Override
    public void flush() {
        channel.flush();
    }

    /** Politely, and after a while whether the other side has read it or not. */
    @Override
    public void close(CloseCode code, String reason) {
        if (isClosing) {
            return;
        }
        isClosing = true;
        closing.accept(code, reason);
        var _ =
                channel.eventLoop()
                        .schedule(
                                () -> {
                                    var _ = channel.close();
                                },
                                CLOSE_GRACE_MILLIS,
                                TimeUnit.MILLISECONDS);
    }
}
