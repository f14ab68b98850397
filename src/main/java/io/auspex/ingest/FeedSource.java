package io.auspex.ingest;

import java.util.Optional;

/** Makes feeds that this package does not know, by their name in {@code auspex.feed}. */
public interface FeedSource {

    /**
     * The feed of that name; empty when it is none of this source's.
     *
     * @throws IllegalArgumentException when its settings make no feed; the message says which
     */
    Optional<Feed> feed(String name);
}
