package io.auspex.bench;

import io.auspex.bench.StreamJob.Order;
import io.auspex.platform.Json;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The subscribers of {@code ./auspex bench stream}: a {@link StreamLoad} that is told what to do.
 */
final class Subscribers implements AutoCloseable {

    private static final String SUBSCRIBE =
            "{\"op\":\"subscribe\",\"id\":\"1\",\"topics\":[\"%s\"]}";

    private final LineProcess load;

    private Subscribers(LineProcess load) {
        this.load = load;
    }

    static Subscribers start(Processors processors) throws IOException {
        return new Subscribers(LineProcess.start(StreamLoad.class, processors.load()));
    }

    /** What each says to hear of a topic. */
    static String subscribe(String topic) {
        return SUBSCRIBE.formatted(topic);
    }

    /**
     * So many connect to the service and subscribe.
     *
     * @param stalled how many of them do not read
     */
    void subscribe(StreamedService service, String topic, int connections, int stalled)
            throws IOException {
        open(service.port(), "/api/stream", connections, stalled, subscribe(topic));
    }

    /** So many connect and say nothing. */
    void listen(int port, int connections) throws IOException {
        open(port, "/", connections, 0, null);
    }

    /** From now on it is counted what they hear. */
    void begin() throws IOException {
        tell(StreamJob.of(Order.BEGIN));
    }

    StreamResult end() throws IOException {
        return tell(StreamJob.of(Order.END));
    }

    /** What they hear in so many seconds, once all has settled. */
    StreamResult hear(int seconds) throws IOException, InterruptedException {
        settle();
        begin();
        Thread.sleep(Duration.ofSeconds(Math.max(1, seconds)));
        return end();
    }

    /** Those that did not read do so to their end. */
    StreamResult readStalled() throws IOException {
        return tell(StreamJob.of(Order.READ_STALLED));
    }

    void leave() throws IOException {
        tell(StreamJob.of(Order.CLOSE));
    }

    @Override
    public void close() {
        load.close();
    }

    static void settle() throws InterruptedException {
        Thread.sleep(Duration.ofSeconds(1));
    }

    private void open(
            int port, String path, int connections, int stalled, @Nullable String subscribe)
            throws IOException {
        tell(new StreamJob(Order.OPEN, port, path, connections, stalled, subscribe));
    }

    private StreamResult tell(StreamJob job) throws IOException {
        load.say(Json.mapper().writeValueAsString(job));
        return Json.mapper().readValue(load.line(), StreamResult.class);
    }
}
