package io.auspex.kafka;

import io.smallrye.mutiny.Uni;
import java.util.List;

/** Where entries are committed. What has been given is not given again before a lower position. */
interface EntrySource {

    /** The channel that they go to. */
    String channel();

    /** The entries after a position, in their order. */
    Uni<List<Entry>> after(long position, int limit);

    /** The position of the newest entry; 0 when there is none. */
    Uni<Long> newest();
}
