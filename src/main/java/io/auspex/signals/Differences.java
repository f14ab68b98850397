package io.auspex.signals;

import io.auspex.features.CandleRange;
import io.auspex.model.Head;
import io.auspex.signals.Replayed.Difference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Collects what is not as it was. Numbers are compared by their bits. */
final class Differences {

    private final List<Difference> found = new ArrayList<>();

    List<Difference> found() {
        return found;
    }

    void compare(String what, @Nullable Object recorded, @Nullable Object computed) {
        if (!Objects.equals(recorded, computed)) {
            found.add(
                    new Difference(
                            what,
                            recorded == null ? null : recorded.toString(),
                            computed == null ? null : computed.toString()));
        }
    }

    /** The number as a double's shortest text, which has all its bits. */
    void compareHeads(String what, Map<Head, Double> recorded, Map<Head, Double> computed) {
        Set<Head> heads = new TreeSet<>(recorded.keySet());
        heads.addAll(computed.keySet());
        for (Head head : heads) {
            compare(what + head.code(), recorded.get(head), computed.get(head));
        }
    }

    /** Ranges of the same symbols, in the same order, by their hashes. */
    void compareCandles(List<CandleRange> recorded, List<CandleRange> computed) {
        for (int i = 0; i < Math.max(recorded.size(), computed.size()); i++) {
            CandleRange then = i < recorded.size() ? recorded.get(i) : null;
            CandleRange now = i < computed.size() ? computed.get(i) : null;
            CandleRange any = then == null ? now : then;
            if (any != null && !Objects.equals(then, now)) {
                found.add(new Difference("candles:" + any.symbol(), text(then), text(now)));
            }
        }
    }

    private static @Nullable String text(@Nullable CandleRange range) {
        return range == null
                ? null
                : "%d from %s to %s, SHA-256 %s"
                        .formatted(range.candles(), range.first(), range.last(), range.sha256());
    }
}
