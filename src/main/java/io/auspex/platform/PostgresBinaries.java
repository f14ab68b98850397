package io.auspex.platform;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * The programs of PostgreSQL, unpacked once from the class path. The folder is named by the hash of
 * the archive, so that another version or processor gets its own; it appears by a rename, so that a
 * half-unpacked one is never used.
 */
final class PostgresBinaries {

    private static final int NAME_DIGITS = 16;

    private final Path folder;

    private PostgresBinaries(Path folder) {
        this.folder = folder;
    }

    /** Unpacks into {@code parent} when that has not been done yet. */
    static PostgresBinaries unpackedIn(Path parent) throws IOException {
        byte[] archive = archive();
        Path folder = parent.resolve(Sha256.hex(archive).substring(0, NAME_DIGITS));
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(parent);
            Path unfinished = Files.createTempDirectory(parent, "unpacking-");
            Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rwxr-xr-x"));
            unpack(archive, unfinished);
            try {
                Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException failure) {
                // Somebody else who shares this folder was faster.
                if (!Files.isDirectory(folder)) {
                    throw failure;
                }
            }
            deleteUnfinished(parent);
        }
        return new PostgresBinaries(folder);
    }

    /** Path of {@code postgres}, {@code initdb} or {@code pg_ctl}. */
    Path program(String name) {
        return folder.resolve("bin").resolve(name);
    }

    private static void deleteUnfinished(Path parent) throws IOException {
        try (var left = Files.newDirectoryStream(parent, "unpacking-*")) {
            left.forEach(Commands::deleteRecursively);
        }
    }

    private static byte[] archive() throws IOException {
        String resource = "postgres-linux-" + architecture() + ".txz";
        try (InputStream in =
                PostgresBinaries.class.getClassLoader().getResourceAsStream(resource)) {
            if (in == null) {
                throw new LaunchException(
                        "There is no embedded PostgreSQL for this machine ("
                                + System.getProperty("os.name")
                                + " "
                                + System.getProperty("os.arch")
                                + "). Give the address of one with"
                                + " --database.url=postgresql://host:5432/name.");
            }
            return in.readAllBytes();
        }
    }

    private static String architecture() {
        String name = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return switch (name) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "arm_64";
            default -> name;
        };
    }

    private static void unpack(byte[] archive, Path target) throws IOException {
        try (var tar =
                new TarArchiveInputStream(
                        new BufferedInputStream(
                                new XZCompressorInputStream(new ByteArrayInputStream(archive))))) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException("the archive points outside: " + entry.getName());
                }
                unpackEntry(tar, entry, path);
            }
        }
    }

    private static void unpackEntry(TarArchiveInputStream tar, TarArchiveEntry entry, Path path)
            throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(path);
            return;
        }
        Files.createDirectories(path.resolve("..").normalize());
        if (entry.isSymbolicLink()) {
            try {
                Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
            } catch (FileAlreadyExistsException twice) {
                throw new IOException("the archive names twice: " + entry.getName(), twice);
            }
            return;
        }
        Files.copy(tar, path);
        boolean executable = (entry.getMode() & 0100) != 0;
        Files.setPosixFilePermissions(
                path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }
}
