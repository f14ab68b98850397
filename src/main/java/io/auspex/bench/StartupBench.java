package io.auspex.bench;

import io.auspex.platform.DataFolder;
import io.auspex.platform.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * From the launch of the process to its first 200, to the moment at which a champion answers, and
 * what it holds in RAM then: on the JVM, on the JVM with what {@code ./auspex aot} has stored, and
 * as a native executable where one was built. All on one database that has the schema and the
 * champion already; the sides take turns.
 */
final class StartupBench {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration STOP = Duration.ofSeconds(30);

    /** After the last answer, so that what was begun with it has ended. */
    private static final long SETTLE_MILLIS = 2_000;

    private static final long LOOK_MILLIS = 5;
    private static final double MEBIBYTE = 1 << 20;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final String MODEL = "simulated-5m";

    private final EmbeddedPostgres postgres;
    private final Path folder;
    private final Path jar;

    private StartupBench(EmbeddedPostgres postgres, Path folder, Path jar) {
        this.postgres = postgres;
        this.folder = folder;
        this.jar = jar;
    }

    /** One start. */
    private record Start(double firstMillis, double championMillis, double residentMebibytes) {}

    static void run(BenchOptions options, PrintStream out, PrintStream progress)
            throws IOException, InterruptedException {
        options.only("rounds");
        int rounds = options.number("rounds", 5, 1);
        Path jar = ServiceStart.packagedJar();
        Path folder = Files.createTempDirectory("auspex-startup");
        try (DataFolder data = DataFolder.lock(folder);
                EmbeddedPostgres postgres = EmbeddedPostgres.start(data)) {
            StartupBench bench = new StartupBench(postgres, folder, jar);
            progress.println("a first start makes the schema and the champion");
            Start _ =
                    bench.measure(
                            jvm(List.of()), List.of("--feed=simulated", "--simulated.days=3"));
            Map<String, List<Start>> starts = new LinkedHashMap<>();
            for (int round = 1; round <= rounds; round++) {
                for (Map.Entry<String, List<String>> side : bench.sides(progress).entrySet()) {
                    progress.printf("round %d of %d: %s%n", round, rounds, side.getKey());
                    starts.computeIfAbsent(side.getKey(), _ -> new ArrayList<>())
                            .add(bench.measure(side.getValue(), List.of("--feed=none")));
                }
            }
            print(starts, out);
        } finally {
            delete(folder);
        }
    }

    /** Commands by what they are called. */
    private Map<String, List<String>> sides(PrintStream progress) throws IOException {
        Map<String, List<String>> sides = new LinkedHashMap<>();
        sides.put("JVM", jvm(List.of()));
        Optional<Path> cache = ServiceStart.aotCache();
        if (cache.isPresent()) {
            sides.put("JVM with the AOT cache", jvm(List.of("-XX:AOTCache=" + cache.get())));
        } else {
            progress.println("no AOT cache of this build: ./auspex aot makes one");
        }
        executable()
                .ifPresentOrElse(
                        file -> sides.put("native", List.of(file.toString())),
                        () -> progress.println("no native executable: ./auspex native makes one"));
        return sides;
    }

    private Optional<Path> executable() {
        Path target = jar.resolveSibling("..").normalize();
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> file.getFileName().toString().endsWith("-runner"))
                    .filter(Files::isExecutable)
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static List<String> jvm(List<String> flags) throws IOException {
        List<String> all = new ArrayList<>(List.of("-Xmx1g"));
        all.addAll(flags);
        return ServiceStart.java(all);
    }

    private Start measure(List<String> command, List<String> options)
            throws IOException, InterruptedException {
        int port = ServiceProcess.freePort();
        List<String> words = new ArrayList<>(command);
        words.add("--port=" + port);
        words.add("--data=" + folder.resolve("service"));
        words.add("--database.url=" + postgres.reactiveUrl());
        words.add("--database.username=" + postgres.username());
        words.addAll(options);
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().put("AUSPEX_DATABASE_PASSWORD", postgres.password());
        Path log = folder.resolve("service.log");
        builder.redirectErrorStream(true).redirectOutput(log.toFile());
        long launched = System.nanoTime();
        Process process = builder.start();
        try {
            await(process, port, "/q/health/live", log);
            long first = System.nanoTime();
            await(process, port, "/v2/models/" + MODEL + "/ready", log);
            long champion = System.nanoTime();
            Thread.sleep(SETTLE_MILLIS);
            return new Start(
                    (first - launched) / NANOS_PER_MILLI,
                    (champion - launched) / NANOS_PER_MILLI,
                    residentBytes(process.pid()) / MEBIBYTE);
        } finally {
            process.destroy();
            if (!process.waitFor(STOP)) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    private static void await(Process process, int port, String path, Path log)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            if (!process.isAlive()) {
                throw new IOException("the service did not start:\n" + Files.readString(log));
            }
            try (HttpConnection connection = new HttpConnection(port)) {
                if (connection.get(path).status() == 200) {
                    return;
                }
            } catch (IOException notYet) {
                // It does not listen yet.
            }
            Thread.sleep(LOOK_MILLIS);
        }
        throw new IOException(path + " was not answered within " + PATIENCE);
    }

    /** proc(5), VmRSS. */
    private static double residentBytes(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow(() -> new IOException("the process has ended"));
    }

    private static void print(Map<String, List<Start>> starts, PrintStream out) throws IOException {
        out.println(MachineText.describe());
        out.println();
        out.println(
                "| | first 200, ms | a champion answers, ms | resident, MiB | first 200 / JVM's |");
        out.println("|---|---:|---:|---:|---:|");
        List<Start> plain = starts.values().iterator().next();
        starts.forEach((side, measured) ->
                out.printf(
                        Locale.ROOT,
                        "| %s | %s | %s | %s | %s |%n",
                        side,
                        Series.of(measured, Start::firstMillis).text("%.0f"),
                        Series.of(measured, Start::championMillis).text("%.0f"),
                        Series.of(measured, Start::residentMebibytes).text("%.0f"),
                        Series.ratios(measured, plain, Start::firstMillis).text("%.2f")));
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            System.err.println("could not delete " + folder + ": " + e.getMessage());
        }
    }
}
