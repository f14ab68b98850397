package io.auspex.retraining;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Who holds a lease: the data folder and one life of the process that uses it. A data folder is
 * locked by one process at a time, so another owner of the same folder is a dead one.
 *
 * @param folder an identity that stays with the data folder
 * @param life of this process
 */
record Owner(UUID folder, UUID life) {

    private static final String FILE = "owner";

    /** Reads the folder's identity, or gives it one. */
    static Owner in(Path jobs) {
        Path file = jobs.resolve(FILE);
        try {
            return new Owner(read(file), UUID.randomUUID());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    String name() {
        return folder + "/" + life;
    }

    /** Whether that owner was an earlier process on this data folder. */
    boolean isPredecessor(String other) {
        return other.startsWith(folder + "/") && !other.equals(name());
    }

    private static UUID read(Path file) throws IOException {
        try {
            return UUID.fromString(Files.readString(file).strip());
        } catch (NoSuchFileException | IllegalArgumentException newFolder) {
            UUID identity = UUID.randomUUID();
            Files.writeString(file, identity + "\n");
            return identity;
        }
    }
}
