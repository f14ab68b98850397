package io.auspex.bench;

import io.auspex.platform.DataFolder;
import io.auspex.platform.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The packaged service as users run it, in a process of its own, with a database of its own that
 * the bench reaches too. Everything goes with {@link #close}.
 */
final class ServiceProcess implements AutoCloseable {

    private static final Duration START = Duration.ofMinutes(2);
    private static final Duration STOP = Duration.ofSeconds(30);
    private static final long PAGE_BYTES = 4096;

    private final Path folder;
    private final DataFolder data;
    private final EmbeddedPostgres postgres;
    private final Process process;
    private final int port;

    /** For whoever ends the bench early. */
    private final Thread stopping;

    private ServiceProcess(
            Path folder, DataFolder data, EmbeddedPostgres postgres, Process process, int port) {
        this.folder = folder;
        this.data = data;
        this.postgres = postgres;
        this.process = process;
        this.port = port;
        this.stopping = new Thread(this::stop, "stop the service");
        Runtime.getRuntime().addShutdownHook(stopping);
    }

    /**
     * Starts it and waits until it is ready.
     *
     * @param heapMegabytes the whole heap, all of it in RAM from the start, so that what grows is
     *     not the heap
     */
    static ServiceProcess start(int heapMegabytes, List<String> options)
            throws IOException, InterruptedException {
        Path jar = packagedJar();
        Path folder = Files.createTempDirectory("auspex-bench");
        DataFolder data = DataFolder.lock(folder);
        EmbeddedPostgres postgres = EmbeddedPostgres.start(data);
        int port = freePort();
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.add("-Xms" + heapMegabytes + "m");
        words.add("-Xmx" + heapMegabytes + "m");
        words.add("-XX:+AlwaysPreTouch");
        // As the launcher has it.
        words.add("-XX:TrimNativeHeapInterval=30000");
        words.add("--enable-native-access=ALL-UNNAMED");
        words.add("--sun-misc-unsafe-memory-access=allow");
        words.add("--add-opens=java.base/java.lang.invoke=ALL-UNNAMED");
        words.add("-Djava.util.logging.manager=org.jboss.logmanager.LogManager");
        words.add("-jar");
        words.add(jar.toString());
        words.add("--feed=none");
        words.add("--host=127.0.0.1");
        words.add("--port=" + port);
        words.add("--data=" + folder.resolve("service"));
        words.add("--database.url=" + postgres.reactiveUrl());
        words.add("--database.username=" + postgres.username());
        words.addAll(options);
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().put("AUSPEX_DATABASE_PASSWORD", postgres.password());
        builder.redirectErrorStream(true).redirectOutput(folder.resolve("service.log").toFile());
        ServiceProcess service = new ServiceProcess(folder, data, postgres, builder.start(), port);
        boolean ready = false;
        try {
            service.awaitReady();
            ready = true;
            return service;
        } finally {
            if (!ready) {
                service.close();
            }
        }
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    /** A connection to the service's database. */
    Connection database() throws SQLException {
        return DriverManager.getConnection(
                postgres.jdbcUrl(), postgres.username(), postgres.password());
    }

    /** Memory of the service that is in RAM, in bytes: proc(5), statm. */
    long residentBytes() throws IOException {
        String statm = Files.readString(Path.of("/proc/" + process.pid() + "/statm"));
        return Long.parseLong(statm.split(" ", 3)[1]) * PAGE_BYTES;
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(stopping);
        stop();
    }

    private void stop() {
        process.destroy();
        try {
            if (!process.waitFor(STOP)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        postgres.close();
        data.close();
        delete();
    }

    private void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        while (System.nanoTime() < deadline) {
            if (!process.isAlive()) {
                throw new IOException(
                        "the service did not start:\n"
                                + Files.readString(folder.resolve("service.log")));
            }
            try (HttpConnection connection = new HttpConnection(port)) {
                if (connection.get("/q/health/ready").status() == 200) {
                    return;
                }
            } catch (IOException notYet) {
                // It does not listen yet.
            }
            Thread.sleep(200);
        }
        throw new IOException("the service was not ready within " + START);
    }

    /** The jar that {@code ./auspex run} starts, beside the classes that this process runs. */
    static Path packagedJar() throws IOException {
        try {
            var source = ServiceProcess.class.getProtectionDomain().getCodeSource();
            if (source != null) {
                Path jar =
                        Path.of(source.getLocation().toURI())
                                .resolve("../../quarkus-run.jar")
                                .normalize();
                if (Files.isRegularFile(jar)) {
                    return jar;
                }
            }
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
        throw new IOException("this bench wants the packaged service: run it by ./auspex bench");
    }

    /** A port of the loopback interface that nobody uses now. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void delete() {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            System.err.println("could not delete " + folder + ": " + e.getMessage());
        }
    }
}
