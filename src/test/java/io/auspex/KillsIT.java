package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./auspex bench kills} in a short form: no rule is broken, no refit is left open. */
@Tag("long")
class KillsIT {

    @Test
    void nothingIsLostDoubledOrHalfWrittenByKillsAtRandomMoments(@TempDir Path folder)
            throws Exception {
        String table = PackagedBench.print(folder, "kills", "--kills=6", "--seed=3");
        assertThat(table.lines())
                .contains("| not ended | 0 |", "| rules broken | 0 |")
                .noneMatch(line -> line.equals("| refits accepted by the service | 0 |"));
    }
}
