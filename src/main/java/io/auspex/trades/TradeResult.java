package io.auspex.trades;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of one trade of a batch. */
public sealed interface TradeResult {

    /** The trade's id; null when it had none that could be read. */
    @Nullable String id();

    /** What became of it, in one word. */
    @JsonProperty
    Status status();

    /** The cases by name. */
    enum Status {
        ACCEPTED,
        DUPLICATE,
        CONFLICT,
        REFUSED,
        BUFFERED
    }

    /**
     * It is stored.
     *
     * @param reconstructed names of the context that were found, not reported
     */
    record Accepted(String id, List<String> reconstructed) implements TradeResult {

        public Accepted {
            reconstructed = List.copyOf(reconstructed);
        }

        @Override
        public Status status() {
            return Status.ACCEPTED;
        }
    }

    /** It was stored before, exactly like this. */
    record Duplicate(String id) implements TradeResult {

        @Override
        public Status status() {
            return Status.DUPLICATE;
        }
    }

    /** Another trade has its id; that one stays. */
    record Conflict(String id, String reason) implements TradeResult {

        @Override
        public Status status() {
            return Status.CONFLICT;
        }
    }

    /**
     * It cannot be used.
     *
     * @param reason one sentence
     */
    record Refused(@Nullable String id, String reason) implements TradeResult {

        @Override
        public Status status() {
            return Status.REFUSED;
        }
    }

    /**
     * The database does not answer. It waits in memory, counts for the next refit, and is stored as
     * soon as that is possible; a restart before then loses it. To send it again is safe.
     */
    record Buffered(String id, String reason) implements TradeResult {

        @Override
        public Status status() {
            return Status.BUFFERED;
        }
    }
}
