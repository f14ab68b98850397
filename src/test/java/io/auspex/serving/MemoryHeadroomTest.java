package io.auspex.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.platform.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryHeadroomTest {

    private static final long MIB = 1024 * 1024;

    @TempDir Path root;

    @Test
    void whatTheMachineHasIsComparedWithTheRule() throws IOException {
        write("proc/meminfo", "MemTotal: 9 kB\nMemAvailable:   102400 kB\n");
        MemoryHeadroom memory = new MemoryHeadroom(root, 2, 64 * MIB);
        assertThat(memory.availableBytes()).hasValue(100 * MIB);
        assertThatCode(() -> memory.require("it", 18 * MIB)).doesNotThrowAnyException();
        assertThatThrownBy(() -> memory.require("version 3 of m", 18 * MIB + 1))
                .isInstanceOfSatisfying(
                        Failure.class,
                        failure -> {
                            assertThat(failure.category()).isEqualTo(Failure.Category.NOT_READY);
                            assertThat(failure.slug()).isEqualTo("memory-short");
                        })
                .hasMessage(
                        "version 3 of m is not loaded: 100.0 MiB of memory are available, 100.0 MiB are"
                                + " wanted (2 x 18.0 MiB of the file + 64.0 MiB)");
    }

    @Test
    void theTightestControlGroupCountsWithoutTheCacheThatCanBeDropped() throws IOException {
        write("proc/meminfo", "MemAvailable: 1048576 kB\n");
        write("proc/self/cgroup", "0::/pod/container\n");
        group("sys/fs/cgroup/pod/container", "max", 10 * MIB, 0);
        MemoryHeadroom memory = new MemoryHeadroom(root, 2, 0);
        assertThat(memory.availableBytes()).hasValue(1024 * MIB);
        group("sys/fs/cgroup/pod", Long.toString(300 * MIB), 250 * MIB, 20 * MIB);
        assertThat(memory.availableBytes()).as("the group around it").hasValue(70 * MIB);
        group("sys/fs/cgroup/pod/container", Long.toString(40 * MIB), 45 * MIB, 0);
        assertThat(memory.availableBytes()).as("over its limit").hasValue(0);
    }

    @Test
    void insideAContainerTheGroupIsTheRoot() throws IOException {
        write("proc/self/cgroup", "0::/\n");
        group("sys/fs/cgroup", Long.toString(300 * MIB), 100 * MIB, 0);
        assertThat(new MemoryHeadroom(root, 2, 0).availableBytes()).hasValue(200 * MIB);
    }

    @Test
    void anOldControlGroupCountsToo() throws IOException {
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", Long.toString(50 * MIB));
        write("sys/fs/cgroup/memory/memory.usage_in_bytes", Long.toString(20 * MIB));
        write("sys/fs/cgroup/memory/memory.stat", "cache 1\ntotal_inactive_file 1048576\n");
        assertThat(new MemoryHeadroom(root, 2, 0).availableBytes()).hasValue(31 * MIB);
    }

    @Test
    void whereNothingIsSaidNothingIsRefused() {
        MemoryHeadroom memory = new MemoryHeadroom(root, 2, 64 * MIB);
        assertThat(memory.availableBytes()).isEmpty();
        assertThat(memory.residentBytes()).isEmpty();
        assertThatCode(() -> memory.require("it", Integer.MAX_VALUE)).doesNotThrowAnyException();
    }

    private void group(String folder, String limit, long used, long inactiveFile)
            throws IOException {
        write(folder + "/memory.max", limit + "\n");
        write(folder + "/memory.current", used + "\n");
        write(folder + "/memory.stat", "anon 7\ninactive_file " + inactiveFile + "\n");
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
