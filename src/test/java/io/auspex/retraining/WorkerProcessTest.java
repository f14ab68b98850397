package io.auspex.retraining;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.auspex.platform.PidFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every case runs a real child JVM. */
@Timeout(60)
class WorkerProcessTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final WorkerProcess.Limits NONE = limits(LONG, LONG, Long.MAX_VALUE);

    private final BlockingQueue<WorkerProgress> heard = new LinkedBlockingQueue<>();

    @TempDir Path folder;

    @Test
    void tellsProgressInOrderAndSuccess() throws Exception {
        try (WorkerProcess worker = start("succeed")) {
            assertThat(worker.await(NONE)).isEqualTo(new WorkerOutcome.Succeeded());
        }
        assertThat(heard)
                .extracting(WorkerProgress::phase)
                .containsExactly("load", "folds", "done");
        assertThat(folder.resolve("finished")).exists();
        assertThat(PidFile.in(folder).path()).doesNotExist();
    }

    @Test
    void anExitCodeIsAFailureWithTheLastLinesOfTheLog() throws Exception {
        try (WorkerProcess worker = start("exit")) {
            assertThat(worker.await(NONE))
                    .isEqualTo(
                            new WorkerOutcome.Failed(
                                    "the worker ended with exit code 3: java.lang.OutOfMemoryError: too"
                                            + " many rows",
                                    "java.lang.OutOfMemoryError: too many rows",
                                    false));
        }
    }

    @Test
    void garbageIsNoProgressButIsKeptInTheTail() throws Exception {
        try (WorkerProcess worker = start("garbage")) {
            assertThat(worker.await(NONE))
                    .asInstanceOf(type(WorkerOutcome.Failed.class))
                    .satisfies(failed ->
                            assertThat(failed.lastOutput())
                                    .endsWith("no line feed at the end")
                                    .hasSizeLessThanOrEqualTo(8_192));
        }
        assertThat(heard)
                .containsExactly(
                        new WorkerProgress("fit", 70, "m"), new WorkerProgress("done", 100, "m"));
    }

    @Test
    void theTailIsBoundedAndHoldsTheEnd() throws Exception {
        try (WorkerProcess worker = start("chatter")) {
            assertThat(worker.await(NONE))
                    .asInstanceOf(type(WorkerOutcome.Failed.class))
                    .satisfies(failed ->
                            assertThat(failed.lastOutput())
                                    .endsWith("line 49999")
                                    .hasSizeBetween(4_000, 8_192));
        }
    }

    @Test
    void aWorkerThatHangsIsEndedWhenItsTimeIsOver() throws Exception {
        try (WorkerProcess worker = start("hang")) {
            assertThat(worker.await(limits(Duration.ofMillis(300), LONG, Long.MAX_VALUE)))
                    .asInstanceOf(type(WorkerOutcome.TimedOut.class))
                    .extracting(WorkerOutcome.TimedOut::limit)
                    .isEqualTo(Duration.ofMillis(300));
            assertThat(ended(worker.pid())).isTrue();
        }
    }

    @Test
    void aWorkerThatSaysNothingMoreHangsAndIsEndedLongBeforeItsTimeIsOver() throws Exception {
        try (WorkerProcess worker = start("hang")) {
            assertThat(heard.poll(30, TimeUnit.SECONDS)).isNotNull();
            assertThat(worker.await(limits(LONG, Duration.ofMillis(500), Long.MAX_VALUE)))
                    .asInstanceOf(type(WorkerOutcome.Hung.class))
                    .satisfies(hung ->
                            assertThat(hung.silence())
                                    .isBetween(Duration.ofMillis(500), Duration.ofSeconds(10)));
            assertThat(ended(worker.pid())).isTrue();
        }
    }

    /** Any Java process has more than a megabyte. */
    @Test
    void aWorkerWithMoreMemoryThanItMayHaveIsEnded() throws Exception {
        try (WorkerProcess worker = start("hang")) {
            assertThat(worker.await(limits(LONG, LONG, 1 << 20)))
                    .asInstanceOf(type(WorkerOutcome.TooLarge.class))
                    .satisfies(large ->
                            assertThat(large.residentBytes()).isGreaterThan(large.limitBytes()));
            assertThat(ended(worker.pid())).isTrue();
        }
    }

    @Test
    void aWorkerCanBeKilledInTheMiddle() throws Exception {
        try (WorkerProcess worker = start("hang")) {
            assertThat(heard.poll(30, TimeUnit.SECONDS)).isNotNull();
            Thread.ofVirtual().start(worker::kill);
            assertThat(worker.await(NONE)).isEqualTo(new WorkerOutcome.Killed());
            assertThat(ended(worker.pid())).isTrue();
        }
        assertThat(folder.resolve("finished")).doesNotExist();
    }

    @Test
    void aSignalFromOutsideIsAFailureThatNamesIt() throws Exception {
        try (WorkerProcess worker = start("hang")) {
            assertThat(heard.poll(30, TimeUnit.SECONDS)).isNotNull();
            ProcessHandle.of(worker.pid()).orElseThrow().destroyForcibly();
            assertThat(worker.await(NONE))
                    .isEqualTo(
                            new WorkerOutcome.Failed("the worker was ended by signal 9", "", true));
        }
    }

    @Test
    void anOrphanIsEndedAtTheNextStart() throws Exception {
        Path job = Files.createDirectory(folder.resolve("7-1"));
        Process orphan =
                new ProcessBuilder(FakeWorker.command("hang")).directory(job.toFile()).start();
        try {
            PidFile.in(job).write(orphan.toHandle());
            assertThat(WorkerProcess.endOrphans(folder)).isOne();
            assertThat(orphan.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(PidFile.in(job).path()).doesNotExist();
            assertThat(WorkerProcess.endOrphans(folder)).isZero();
        } finally {
            orphan.destroyForcibly();
        }
    }

    @Test
    void aStrangerWithTheSameNumberIsLeftAlone() throws Exception {
        Path job = Files.createDirectory(folder.resolve("7-1"));
        Process stranger =
                new ProcessBuilder(FakeWorker.command("hang")).directory(job.toFile()).start();
        try {
            long anHourEarlier =
                    stranger.info().startInstant().orElseThrow().toEpochMilli() - 3_600_000;
            Files.writeString(
                    PidFile.in(job).path(),
                    "{\"pid\":" + stranger.pid() + ",\"started_at\":" + anHourEarlier + "}");
            Files.writeString(
                    PidFile.in(Files.createDirectory(folder.resolve("8-1"))).path(), "torn{");
            assertThat(WorkerProcess.endOrphans(folder)).isZero();
            assertThat(stranger.isAlive()).isTrue();
        } finally {
            stranger.destroyForcibly();
        }
    }

    @Test
    void theWorkerRunsInItsFolderWithOneThreadForTheTrainer() throws Exception {
        try (WorkerProcess worker = start("environment")) {
            assertThat(worker.await(NONE))
                    .asInstanceOf(type(WorkerOutcome.Failed.class))
                    .satisfies(failed ->
                            assertThat(failed.lastOutput())
                                    .contains("OMP_NUM_THREADS=1")
                                    .contains(folder.toRealPath().toString()));
        }
    }

    private WorkerProcess start(String behaviour) throws IOException {
        return WorkerProcess.start(FakeWorker.command(behaviour), folder, heard::add);
    }

    private static WorkerProcess.Limits limits(Duration time, Duration silence, long memoryBytes) {
        return new WorkerProcess.Limits(time, silence, memoryBytes);
    }

    private static boolean ended(long pid) throws Exception {
        var process = ProcessHandle.of(pid);
        return process.isEmpty() || process.get().onExit().get(20, TimeUnit.SECONDS) != null;
    }
}
