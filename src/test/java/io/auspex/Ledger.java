package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The ledger as a client reads it.
 *
 * @param pages the bodies, in order, exactly as they came
 */
record Ledger(List<String> pages, List<JsonNode> signals) {

    private static final int PAGE = 500;
    private static final Duration TIMEFRAME = Duration.ofMinutes(5);

    /** Everything up to now. */
    static Ledger read(RunningAuspex auspex) throws IOException, InterruptedException {
        return read(auspex, auspex.json("/api/status").path("ledger").path("head").asLong());
    }

    /** Everything up to a sequence number, in the same pages each time. */
    static Ledger read(RunningAuspex auspex, long head) throws IOException, InterruptedException {
        List<String> pages = new ArrayList<>();
        List<JsonNode> signals = new ArrayList<>();
        for (long after = 0; after < head; after += PAGE) {
            String body =
                    auspex.get(
                                    "/api/signals?after=%d&limit=%d"
                                            .formatted(after, Math.min(PAGE, head - after)))
                            .body();
            pages.add(body);
            Json.mapper().readTree(body).forEach(signals::add);
        }
        return new Ledger(pages, signals);
    }

    long head() {
        return signals.size();
    }

    /** Every byte of it; a difference is shown by its first signal. */
    void requireSame(Ledger before) {
        for (int i = 0; i < before.signals().size(); i++) {
            assertThat(signals.get(i).toString()).isEqualTo(before.signals().get(i).toString());
        }
        assertThat(pages.equals(before.pages())).as("the same bytes").isTrue();
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
