package io.auspex.security;

import io.netty.channel.ChannelFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.vertx.core.impl.transports.JDKTransport;
import java.util.List;

/**
 * The transport of the JDK, whose servers ask {@link Arrivals} about every connection they accept.
 * The only place where Vert.x lets one stand before its HTTP server: by the time there is a
 * request, somebody who never finishes one has been waited for already.
 */
final class WatchedTransport extends JDKTransport {

    private final Arrivals arrivals;

    WatchedTransport(Arrivals arrivals) {
        this.arrivals = arrivals;
    }

    @Override
    public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
        return domainSocket
                ? super.serverChannelFactory(true)
                : () -> new WatchedServerChannel(arrivals);
    }

    /** Accepts what it may. */
    private static final class WatchedServerChannel extends NioServerSocketChannel {

        private final Arrivals arrivals;

        WatchedServerChannel(Arrivals arrivals) {
            this.arrivals = arrivals;
        }

        @Override
        protected int doReadMessages(List<Object> accepted) throws Exception {
            int before = accepted.size();
            int count = super.doReadMessages(accepted);
            for (int i = accepted.size() - 1; i >= before; i--) {
                if (accepted.get(i) instanceof SocketChannel connection
                        && !arrivals.admit(connection)) {
                    accepted.remove(i);
                }
            }
            return count;
        }
    }
}
