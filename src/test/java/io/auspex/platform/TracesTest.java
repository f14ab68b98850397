package io.auspex.platform;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class TracesTest {

    private static final int ROUNDS = 200_000;

    @Test
    void aServiceThatIsNotTracedPaysNothingForTraces() {
        Traces traces = Traces.off();
        assertThat(traces.begin("close", 0)).isSameAs(Trace.NONE);
        assertThat(traces.current()).isSameAs(Trace.NONE);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        // Compiled first.
        closes(traces);
        long before = threads.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        closes(traces);
        long nanos = System.nanoTime() - start;
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        System.out.printf(
                "the traces of a close that is not traced: %.1f ns, %.3f bytes%n",
                (double) nanos / ROUNDS, (double) bytes / ROUNDS);
        assertThat((double) bytes / ROUNDS).isLessThan(0.1);
    }

    private static void closes(Traces traces) {
        for (int i = 0; i < ROUNDS; i++) {
            try (Trace trace = traces.begin("close", i)) {
                trace.with("correlation", "simulated:7@0").with("candles", i);
                trace.step("ingest", i, i);
                Trace current = traces.current();
                for (int step = 0; step < 5; step++) {
                    current.step("features", i, i);
                }
            }
        }
    }
}
