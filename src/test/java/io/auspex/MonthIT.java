package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ./auspex bench month} in a short form: the market's law turns into the opposite, a refit
 * is started for that reason, and the new champion knows the new law. Everything that happens
 * follows from the seed.
 */
@Tag("long")
class MonthIT {

    @Test
    void theChampionFindsItsWayAfterTheMarketHasChanged(@TempDir Path folder) throws Exception {
        String story =
                PackagedBench.print(
                        folder,
                        "month",
                        "--days=9",
                        "--change-day=2",
                        "--history=30",
                        "--first-seed=7",
                        "--recovered=0.5");
        assertThat(story)
                .as("the reason of the refit that the change started")
                .containsPattern("refit of refit \\d+: .*direction.*of the base rates");
        assertThat(story)
                .as("what became of it in the end")
                .containsPattern("PROMOTED of refit \\d+: .*beats champion v1");
        assertThat(story.lines())
                .anyMatch(line -> line.startsWith("met: the change started a refit"))
                .anyMatch(line -> line.startsWith("met: skill "))
                .noneMatch(line -> line.startsWith("MISSED"));
    }
}
