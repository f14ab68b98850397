package io.auspex.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel would say is in files here; times are in microseconds. */
class OthersTurnsTest {

    private static final long LOOK = OthersTurns.LOOK_NANOS / 1_000;

    @TempDir Path folder;

    private final LoadRecord load = new LoadRecord(0);
    private Path loop;
    private Path collector;
    private OthersTurns turns;
    private long now;

    @BeforeEach
    void open() throws IOException {
        loop = folder.resolve("loop");
        collector = folder.resolve("collector");
        write(loop, 50_000, 7_000);
        write(collector, 3_000, 100);
        turns = new OthersTurns(List.of(loop, collector), load, 0);
    }

    @AfterEach
    void close() throws IOException {
        turns.close();
    }

    @Test
    void whatWasAnsweredBeforeATurnIsNotHeldUpByIt() throws IOException {
        answered(0, 100);
        look(LOOK, 1);
        // It stood ready for 3 ms, until now or shortly before.
        write(loop, 50_100, 10_000);
        answered(200, 3_150);
        look(3_200, 20);
        assertThat(result().undisturbed().aside()).isEqualTo(1);
        assertThat(result().p99Undisturbed()).isBetween(100_000L, 101_000L);
    }

    @Test
    void whatQueuesBehindItIsHeldUpUntilFewAreUnderWay() throws IOException {
        write(loop, 50_100, 10_000);
        look(3_200, 40);
        answered(3_000, 3_300);
        look(3_200 + LOOK, OthersTurns.FEW + 1);
        answered(3_350, 3_500);
        look(3_200 + 2 * LOOK, OthersTurns.FEW);
        answered(3_600, 3_700);
        look(3_200 + 3 * LOOK, 1);
        assertThat(result().undisturbed().aside()).isEqualTo(2);
        assertThat(result().p99Undisturbed()).isBetween(100_000L, 101_000L);
    }

    @Test
    void aCollectionIsTheServicesOwn() throws IOException {
        write(loop, 50_100, 10_000);
        write(collector, 5_000, 100);
        answered(0, 3_100);
        look(3_200, 20);
        assertThat(result().undisturbed().aside()).isZero();
        assertThat(result().p99Undisturbed()).isGreaterThan(3_000_000);
    }

    @Test
    void itsOwnWayToTheProcessorIsNoTurn() throws IOException {
        write(loop, 50_100, 7_000 + OthersTurns.LEAST_NANOS / 1_000 - 1);
        answered(0, 300);
        look(LOOK, 5);
        assertThat(result().undisturbed().aside()).isZero();
    }

    @Test
    void theLastAnswersAreDecidedAtTheEnd() {
        answered(0, 10);
        assertThat(result().isWatched()).as("nothing is decided yet").isFalse();
        turns.end(20_000);
        assertThat(result().p99Undisturbed()).isPositive();
    }

    @Test
    void whereNobodyLooksNothingIsSaid() throws IOException {
        try (OthersTurns none = new OthersTurns(List.of(), load, 0)) {
            none.answered(0, 10);
            none.look(1_000_000, 5);
            none.end(2_000_000);
        }
        assertThat(result().isWatched()).isFalse();
    }

    private void answered(long sent, long at) {
        turns.answered(sent * 1_000, at * 1_000);
    }

    private void look(long at, long underWay) {
        now = at;
        turns.look(now * 1_000, underWay);
    }

    private LoadResult result() {
        return load.result(now * 1_000 + 1, 0, 0);
    }

    private static void write(Path file, long ranMicros, long readyMicros) throws IOException {
        Files.writeString(file, ranMicros * 1_000 + " " + readyMicros * 1_000 + " 12\n");
    }
}
