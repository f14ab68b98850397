package io.auspex.exchange;

import io.auspex.market.Symbol;
import io.vertx.core.http.WebSocketClient;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** As many connections as the symbols need, each on a virtual thread. */
final class StreamConnections implements AutoCloseable {

    private final List<Thread> threads = new ArrayList<>();

    private StreamConnections() {}

    static StreamConnections open(
            ExchangeProtocol protocol,
            List<Symbol> symbols,
            WebSocketClient client,
            FeedSettings settings,
            Ticks ticks,
            RandomGenerator random,
            Consumer<StreamEvent> events) {
        StreamConnections connections = new StreamConnections();
        int most = settings.streamLimits(protocol).symbols();
        for (int from = 0; from < symbols.size(); from += most) {
            int number = connections.threads.size() + 1;
            StreamConnection connection =
                    new StreamConnection(
                            number,
                            protocol,
                            symbols.subList(from, Math.min(from + most, symbols.size())),
                            client,
                            settings,
                            ticks,
                            random,
                            events);
            connections.threads.add(
                    Thread.ofVirtual()
                            .name(protocol.identity() + "-stream-" + number)
                            .start(connection));
        }
        return connections;
    }

    int count() {
        return threads.size();
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
    }
}
