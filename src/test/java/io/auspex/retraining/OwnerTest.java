package io.auspex.retraining;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnerTest {

    @TempDir Path jobs;
    @TempDir Path otherJobs;

    @Test
    void anEarlierLifeOfTheSameDataFolderIsAPredecessor() {
        Owner first = Owner.in(jobs);
        Owner second = Owner.in(jobs);
        assertThat(second.isPredecessor(first.name())).isTrue();
        assertThat(second.isPredecessor(second.name())).isFalse();
    }

    @Test
    void anOwnerOfAnotherDataFolderMayBeAlive() {
        assertThat(Owner.in(jobs).isPredecessor(Owner.in(otherJobs).name())).isFalse();
    }
}
