package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ./auspex bench serving} in its shortest form: every comparison is made and told, nothing
 * fails. How fast anything is depends on the machine and is not a test's business.
 */
@Tag("long")
class ServingBenchIT {

    @Test
    void tellsOfEveryComparisonWithItsGoalAndLosesNoRequest(@TempDir Path folder) throws Exception {
        List<String> rows = rows(folder, "throughput,encoding,together,row");
        assertRow(rows, "JSON predict, 60 named features", "at least 0.85");
        assertRow(rows, "the same, p99 with every connection busy", "at most 1.30");
        assertRow(rows, "the same, requests/s, against raw echo", "|");
        assertRow(rows, "binary infer, requests/s, against our own JSON", "at least 2.00");
        assertRow(rows, "binary infer, requests/s, against raw echo", "at least 0.45");
        assertRow(rows, "the same, requests/s, against raw Vert.x", "at least 0.90");
        assertRow(rows, "raw Vert.x, the same infer, requests/s, against raw echo", "|");
        assertRow(rows, "JSON predict, rows of concurrent requests together", "at least 1.00");
        assertRow(rows, "binary infer, rows of concurrent requests together", "at least 1.00");
        assertRow(rows, "rows together; p99 against one by one", "|");
        assertRow(rows, "single row in process", "at most 1.30");
        assertThat(rows).anyMatch(row -> row.startsWith("| requests failed | 0 of "));
    }

    @Test
    void tellsOfLatenciesDuringSwapsAndRefitsWithTheirGoalsAndLosesNoRequest(@TempDir Path folder)
            throws Exception {
        List<String> rows = rows(folder, "swaps,refits,one-processor");
        if (Runtime.getRuntime().availableProcessors() > 1) {
            assertRow(rows, "event loop on a processor of its own: open loop at", "p99.9");
            assertRow(rows, "a swap every second, without the", "at most 1.20");
            assertRow(rows, "during a whole refit, without the", "at most 1.30");
        }
        assertRow(rows, "all of the service on one processor: open loop at", "p99.9");
        assertRow(rows, "the same, a swap every second", "at most 1.20");
        assertRow(rows, "the same, during a whole refit, worker on", "at most 1.30");
        assertRow(rows, "worker on the event loop's processor", "at most 3.00");
        assertThat(rows).anyMatch(row -> row.startsWith("| requests failed | 0 of "));
    }

    private static List<String> rows(Path folder, String parts) throws Exception {
        return PackagedBench.print(
                        folder,
                        "serving",
                        "--parts=" + parts,
                        "--seconds=1",
                        "--alternations=1",
                        "--warm-up=0",
                        "--days=10",
                        "--connections=8",
                        "--rate=200")
                .lines()
                .filter(line -> line.startsWith("| "))
                .toList();
    }

    private static void assertRow(List<String> rows, String what, String goal) {
        assertThat(rows).anyMatch(row -> row.contains(what) && row.contains(goal));
    }
}
