package io.auspex.retraining;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.dataset.JobFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobFoldersTest {

    @TempDir Path jobs;

    @Test
    void aDecidedAttemptLeavesNothing() throws IOException {
        JobFolders folders = new JobFolders(jobs);
        JobFolder folder = folders.create(1, 1);
        Files.writeString(folder.job(), "{}");
        folders.done(folder);
        assertThat(names()).isEmpty();
    }

    @Test
    void theNewestThreeFailuresStayWithoutTheirTemporaryFiles() throws IOException {
        JobFolders folders = new JobFolders(jobs);
        for (int id = 8; id <= 11; id++) {
            JobFolder folder = folders.create(id, 1);
            Files.writeString(folder.job(), "{}");
            Files.writeString(JobFolders.temporary(folder.path()).resolve("lib.so"), "x");
            folders.failed(folder);
        }
        folders.failed(folders.create(11, 2));
        assertThat(names()).containsExactly("10-1", "11-1", "11-2");
        assertThat(jobs.resolve("10-1/job.json")).exists();
        assertThat(jobs.resolve("10-1/tmp")).doesNotExist();
    }

    @Test
    void whatIsInUseIsNotClearedHoweverOld() throws IOException {
        JobFolders folders = new JobFolders(jobs);
        JobFolder old = folders.create(1, 1);
        for (int id = 2; id <= 5; id++) {
            folders.failed(folders.create(id, 1));
        }
        assertThat(old.path()).exists();
        folders.failed(old);
        assertThat(old.path()).doesNotExist();
    }

    @Test
    void anAttemptBeginsWithAnEmptyFolder() throws IOException {
        JobFolders folders = new JobFolders(jobs);
        Files.writeString(folders.create(1, 1).report(), "of a former life");
        assertThat(new JobFolders(jobs).create(1, 1).report()).doesNotExist();
    }

    @Test
    void whatIsNoJobFolderIsLeftAlone() throws IOException {
        Files.createDirectory(jobs.resolve("notes"));
        Files.writeString(jobs.resolve("owner"), "x");
        JobFolders folders = new JobFolders(jobs);
        for (int id = 1; id <= 5; id++) {
            folders.failed(folders.create(id, 1));
        }
        assertThat(names()).contains("notes", "owner").hasSize(5);
    }

    private List<String> names() throws IOException {
        try (var all = Files.list(jobs)) {
            return all.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
