package io.auspex.exchange;

import io.auspex.ingest.FeedListener;
import io.auspex.ingest.FeedNews;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Whether everything that the feed needs of the exchange is there; tells when that changes. */
final class LinkStatus {

    private static final int REST = 0;

    private final FeedListener listener;
    private final SortedMap<Integer, String> down = new TreeMap<>();
    private Optional<String> told = Optional.empty();

    LinkStatus(FeedListener listener) {
        this.listener = listener;
    }

    /** Connections count from 1, and are down until they say otherwise. */
    void expect(int connections) {
        for (int connection = 1; connection <= connections; connection++) {
            down.put(connection, "stream: connecting");
        }
        tell();
    }

    void up(int connection) {
        down.remove(connection);
        tell();
    }

    void down(int connection, String reason) {
        down.put(connection, "stream: " + reason);
        tell();
    }

    void restUp() {
        down.remove(REST);
        tell();
    }

    void restDown(String reason) {
        down.put(REST, reason);
        tell();
    }

    private void tell() {
        Optional<String> reason = down.values().stream().findFirst();
        if (!reason.equals(told)) {
            told = reason;
            listener.onNews(
                    reason.<FeedNews>map(FeedNews.Waiting::new).orElseGet(FeedNews.Connected::new));
        }
    }
}
