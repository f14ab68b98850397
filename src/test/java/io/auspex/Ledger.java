package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.auspex.platform.Json;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The ledger as a client reads it. */
record Ledger(List<JsonNode> signals) {

    private static final int PAGE = 500;
    private static final Duration TIMEFRAME = Duration.ofMinutes(5);

    /** Everything up to now. */
    static Ledger read(RunningAuspex auspex) throws IOException, InterruptedException {
        return read(auspex, auspex.json("/api/status").path("ledger").path("head").asLong());
    }

    /** Everything up to a sequence number. */
    static Ledger read(RunningAuspex auspex, long head) throws IOException, InterruptedException {
        List<JsonNode> signals = new ArrayList<>();
        for (long after = 0; after < head; after += PAGE) {
            String body =
                    auspex.get(
                                    "/api/signals?after=%d&limit=%d"
                                            .formatted(after, Math.min(PAGE, head - after)))
                            .body();
            Json.mapper().readTree(body).forEach(signals::add);
        }
        return new Ledger(signals);
    }

    long head() {
        return signals.size();
    }

    /**
     * Every byte of every signal; a difference is shown by the first. What became of a signal is
     * written beside it later, once: an outcome that was there is the same, another may have come.
     */
    void requireSame(Ledger before) {
        for (int i = 0; i < before.signals().size(); i++) {
            ObjectNode was = before.signals().get(i).deepCopy();
            ObjectNode is = signals.get(i).deepCopy();
            if (was.path("outcome").isNull()) {
                is.putNull("outcome");
            }
            assertThat(is.toString()).isEqualTo(was.toString());
        }
        assertThat(signals).hasSameSizeAs(before.signals());
    }

    /** One epoch, no number left out, and of every symbol each close once, none left out. */
    void requireWhole() {
        assertThat(signals).isNotEmpty();
        assertThat(signals)
                .extracting(signal -> signal.path("epoch").asText())
                .containsOnly(signals.getFirst().path("epoch").asText());
        Map<String, Instant> last = new HashMap<>();
        long seq = 0;
        for (JsonNode signal : signals) {
            seq++;
            assertThat(signal.path("seq").asLong()).isEqualTo(seq);
            Instant close = Instant.parse(signal.path("close_time").asText());
            Instant before = last.put(signal.path("symbol").asText(), close);
            if (before != null) {
                assertThat(close)
                        .as("the close after %s", before)
                        .isEqualTo(before.plus(TIMEFRAME));
            }
        }
    }
}
