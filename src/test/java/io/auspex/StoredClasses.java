package io.auspex;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The classes of the packaged application as its JVM has read and checked them, stored by one start
 * for all that come after it: a start then takes 5 s of a processor instead of 8. One process of
 * tests stores them, once for a build; whoever starts something meanwhile goes without.
 */
final class StoredClasses {

    private static final Path FOLDER = Packaged.CHECKOUT.resolve("target/it");
    private static final Path STORED = FOLDER.resolve("classes.jsa");
    private static final Path UNFINISHED = FOLDER.resolve("classes.unfinished.jsa");
    private static final Path LOCK = FOLDER.resolve("classes.lock");
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    /** What it says about archives that are not the JVM's own is of no interest to a test. */
    private static final String SILENT = " -Xlog:cds*=off -Xlog:aot*=off";

    private static boolean isBeingStored;

    private StoredClasses() {}

    /** For the JVM of a service; empty while nothing is stored. */
    static synchronized String options() throws IOException, InterruptedException {
        if (!isBeingStored && !isThere()) {
            storeUnlessSomebodyDoes();
        }
        return isThere() ? "-XX:SharedArchiveFile=" + STORED + SILENT : "";
    }

    private static boolean isThere() throws IOException {
        return Files.exists(STORED)
                && Files.getLastModifiedTime(STORED)
                                .compareTo(Files.getLastModifiedTime(Packaged.APPLICATION))
                        > 0;
    }

    private static void storeUnlessSomebodyDoes() throws IOException, InterruptedException {
        Files.createDirectories(FOLDER);
        isBeingStored = true;
        try (FileChannel file =
                        FileChannel.open(
                                LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock ours = file.tryLock()) {
            if (ours != null && !isThere()) {
                store();
            }
        } finally {
            isBeingStored = false;
        }
    }

    /** A start, the first signals, and an end in good order, at which the JVM writes. */
    private static void store() throws IOException, InterruptedException {
        Files.deleteIfExists(UNFINISHED);
        Map<String, String> environment = new LinkedHashMap<>(RunningAuspex.STARTED_OFTEN);
        environment.put("JAVA_OPTS", "-XX:ArchiveClassesAtExit=" + UNFINISHED + SILENT);
        try (RunningAuspex once =
                RunningAuspex.start(
                        "stored-classes",
                        environment,
                        "--roles=serve,ingest",
                        "--speed=3000",
                        "--simulated.days=3",
                        "--simulated.symbols=2")) {
            once.await(
                    "signals",
                    PATIENCE,
                    () ->
                            once.json("/api/status").at("/ledger/head").asLong() > 0
                                    ? Optional.of(true)
                                    : Optional.empty());
        }
        Files.move(
                UNFINISHED,
                STORED,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }
}
