package io.auspex.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WorkInPiecesTest {

    private static final long SLICE = BackgroundThreads.SLICE_NANOS;

    private final AtomicLong nanos = new AtomicLong(-5);
    private final AtomicInteger yields = new AtomicInteger();

    @Test
    void theProcessorIsGivenBackWhenASliceIsOverAndNoSooner() {
        WorkInPieces pieces = new WorkInPieces(nanos::get, yields::incrementAndGet);
        after(pieces, SLICE - 1, 0);
        after(pieces, 1, 1);
        after(pieces, SLICE - 1, 1);
        after(pieces, 1, 2);
        after(pieces, 10 * SLICE, 3);
    }

    /** Somebody else had the processor meanwhile: that is not its own slice. */
    @Test
    void whatTheYieldTookDoesNotCount() {
        WorkInPieces pieces =
                new WorkInPieces(
                        nanos::get,
                        () -> {
                            yields.incrementAndGet();
                            nanos.addAndGet(20 * SLICE);
                        });
        after(pieces, SLICE, 1);
        after(pieces, SLICE - 1, 1);
    }

    private void after(WorkInPieces pieces, long worked, int expected) {
        nanos.addAndGet(worked);
        pieces.giveWay();
        assertThat(yields).hasValue(expected);
    }
}
