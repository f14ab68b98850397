package io.auspex.retraining;

import io.auspex.dataset.JobFolder;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The folders of jobs, {@code <jobs>/<id>-<attempt>}. One rule: the folder of an attempt that came
 * to a decision, or was stopped on purpose, goes; of those that failed, or that a killed service
 * left behind, the newest {@value #KEPT} stay to be looked at. Thread-safe.
 */
final class JobFolders {

    static final int KEPT = 3;
    private static final Pattern NAME = Pattern.compile("([0-9]{1,18})-([0-9]{1,9})");

    private final Path jobs;

    /** Those that an attempt of this process is working in. */
    private final Set<Path> inUse = ConcurrentHashMap.newKeySet();

    JobFolders(Path jobs) {
        this.jobs = jobs;
    }

    Path jobs() {
        return jobs;
    }

    /** A new, empty folder. */
    JobFolder create(long id, int attempt) throws IOException {
        Path folder = jobs.resolve(id + "-" + attempt);
        inUse.add(folder);
        delete(folder);
        Files.createDirectories(temporary(folder));
        return new JobFolder(folder);
    }

    /** The worker's {@code java.io.tmpdir}: native libraries are unpacked to fixed names there. */
    static Path temporary(Path folder) {
        return folder.resolve("tmp");
    }

    /** The attempt came to a decision. */
    void done(JobFolder folder) throws IOException {
        delete(folder.path());
        inUse.remove(folder.path());
    }

    /** The attempt failed: its folder stays, as one of the last few. */
    void failed(JobFolder folder) throws IOException {
        inUse.remove(folder.path());
        delete(temporary(folder.path()));
        keepNewest();
    }

    /** Deletes all but the newest of the folders that nobody works in. */
    synchronized void keepNewest() throws IOException {
        List<Attempt> attempts = new ArrayList<>();
        try (var folders = Files.newDirectoryStream(jobs, Files::isDirectory)) {
            folders.forEach(folder -> Attempt.of(folder).ifPresent(attempts::add));
        }
        attempts.removeIf(attempt -> inUse.contains(attempt.folder()));
        attempts.sort(
                Comparator.comparingLong(Attempt::id).thenComparingInt(Attempt::number).reversed());
        for (Attempt old : attempts.subList(Math.min(KEPT, attempts.size()), attempts.size())) {
            delete(old.folder());
        }
    }

    private record Attempt(Path folder, long id, int number) {

        static Optional<Attempt> of(Path folder) {
            Matcher name = NAME.matcher(folder.getFileName().toString());
            return name.matches()
                    ? Optional.of(
                            new Attempt(
                                    folder,
                                    Long.parseLong(name.group(1)),
                                    Integer.parseInt(name.group(2))))
                    : Optional.empty();
        }
    }

    static void delete(Path folder) throws IOException {
        try {
            Files.walkFileTree(
                    folder,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                                throws IOException {
                            Files.deleteIfExists(file);
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult postVisitDirectory(Path left, IOException failure)
                                throws IOException {
                            Files.deleteIfExists(left);
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (NoSuchFileException gone) {
            // That is what was wanted.
        }
    }
}
