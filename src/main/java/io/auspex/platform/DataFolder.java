package io.auspex.platform;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The folder in which everything that lasts is kept, held by one process at a time. The lock is the
 * operating system's: it ends with the process, however that ends, so there is nothing stale to
 * remove after a crash.
 */
public final class DataFolder implements AutoCloseable {

    private static final String LOCK_FILE = "auspex.lock";
    private static final int MAX_PID_BYTES = 20;

    private final Path path;
    private final FileChannel channel;

    private DataFolder(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Creates the folder when it is missing, readable by its owner alone, and locks it.
     *
     * @throws LaunchException when another process holds it or it cannot be written
     */
    public static DataFolder lock(Path folder) {
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(folder.toAbsolutePath());
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
            }
            Path real = folder.toRealPath();
            FileChannel channel =
                    FileChannel.open(
                            real.resolve(LOCK_FILE),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            if (!tryLock(channel)) {
                String owner = ownerOf(channel);
                channel.close();
                throw new LaunchException(
                        "Another Auspex"
                                + (owner.isEmpty() ? "" : " (process " + owner + ")")
                                + " is using the data folder "
                                + real
                                + ". Stop it, or choose another folder with --data=<folder>.");
            }
            writeOwner(channel);
            return new DataFolder(real, channel);
        } catch (IOException failure) {
            throw new LaunchException(
                    "The data folder "
                            + folder.toAbsolutePath()
                            + " cannot be used by user "
                            + System.getProperty("user.name")
                            + " ("
                            + failure
                            + "). Make it writable, or choose another with --data=<folder>.",
                    failure);
        }
    }

    /** Its real, absolute path. */
    public Path path() {
        return path;
    }

    /** Lets another process have it. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException failure) {
            throw new IllegalStateException("cannot release " + path, failure);
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            @Nullable FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        }
    }

    private static void writeOwner(FileChannel channel) throws IOException {
        channel.truncate(0);
        channel.write(
                ByteBuffer.wrap(
                        Long.toString(ProcessHandle.current().pid())
                                .getBytes(StandardCharsets.US_ASCII)),
                0);
    }

    private static String ownerOf(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MAX_PID_BYTES);
        channel.read(bytes, 0);
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII).strip();
    }
}
