package io.auspex.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Properties;

/** Date, machine and versions, as they go above a table. */
final class MachineText {

    private static final double KILOBYTES_PER_GIBIBYTE = 1024 * 1024;

    private static final Path AUTOGROUP = Path.of("/proc/sys/kernel/sched_autogroup_enabled");

    private MachineText() {}

    static String describe() throws IOException {
        return "%s; %d processors (%s), %.0f GiB, %s %s, autogroup %s, Java %s; Quarkus %s, Vert.x %s, ONNX Runtime %s."
                .formatted(
                        LocalDate.now(ZoneOffset.UTC),
                        Runtime.getRuntime().availableProcessors(),
                        line("/proc/cpuinfo", "model name"),
                        Double.parseDouble(line("/proc/meminfo", "MemTotal").split(" ")[0])
                                / KILOBYTES_PER_GIBIBYTE,
                        System.getProperty("os.name"),
                        System.getProperty("os.version"),
                        isAutogrouped() ? "on" : "off",
                        Runtime.version(),
                        version("io.quarkus/quarkus-core"),
                        version("io.vertx/vertx-core"),
                        BareSession.version());
    }

    /**
     * Whether Linux shares processors between sessions first, and then between the threads of each.
     * The backends of PostgreSQL are sessions of their own; beside one that keeps two processors
     * busy they were seen to wait for up to a second (Linux 6.18, docs/benchmarks.md).
     */
    static boolean isAutogrouped() throws IOException {
        return Files.exists(AUTOGROUP) && Files.readString(AUTOGROUP).strip().equals("1");
    }

    private static String line(String file, String name) throws IOException {
        return Files.readAllLines(Path.of(file)).stream()
                .filter(line -> line.startsWith(name))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .orElse("0 unknown");
    }

    /** As the build of a library has written it into its file. */
    private static String version(String library) throws IOException {
        Properties properties = new Properties();
        try (InputStream in =
                MachineText.class.getResourceAsStream(
                        "/META-INF/maven/" + library + "/pom.properties")) {
            if (in != null) {
                properties.load(in);
            }
        }
        return properties.getProperty("version", "unknown");
    }
}
