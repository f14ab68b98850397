package io.auspex.platform;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Places under the data folder. */
@ApplicationScoped
public class Folders {

    private final Path data;

    @Inject
    Folders(PlatformConfig config) {
        this.data = config.data().toAbsolutePath().normalize();
    }

    /** A folder below the data folder, such as {@code jobs}; created when it is missing. */
    public Path folder(String name) {
        try {
            return Files.createDirectories(data.resolve(name));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
