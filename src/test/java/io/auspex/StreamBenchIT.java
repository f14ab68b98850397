package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ./auspex bench stream} in its shortest form: every comparison is made and told, and every
 * subscriber that does not read is closed as one that cannot keep up. How fast anything is depends
 * on the machine and is not a test's business.
 */
@Tag("long")
class StreamBenchIT {

    @Test
    void tellsOfEveryComparisonWithItsGoalAndClosesWhoDoesNotRead(@TempDir Path folder)
            throws Exception {
        String table =
                PackagedBench.print(
                        folder,
                        "stream",
                        "--subscribers=40",
                        "--speed=6000",
                        "--seconds=1",
                        "--alternations=1",
                        "--warm-up=0",
                        "--close-symbols=20",
                        "--closes=3");
        List<String> rows = table.lines().filter(line -> line.startsWith("| ")).toList();
        assertRow(rows, "one signal to each", "at least 0.80");
        assertRow(rows, "all signals of a close to each", "at least 0.80");
        assertRow(rows, "p50 / p99 / p99.9", "|");
        assertRow(rows, "2 of 40 subscribers do not read", "at most 1.20");
        assertRow(rows, "of the 2 that do not read, closed with 4008", "[2]");
        assertRow(rows, "20 symbols close at once", "at most 2.00");
        assertRow(rows, "the last signal on the socket", "at most 25.00");
        assertRow(rows, "of that, commit", "|");
    }

    private static void assertRow(List<String> rows, String what, String goal) {
        assertThat(rows)
                .as(String.join("\n", rows))
                .anyMatch(row -> row.contains(what) && row.contains(goal));
    }
}
