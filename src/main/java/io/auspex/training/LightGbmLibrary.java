package io.auspex.training;

import com.microsoft.ml.lightgbm.lightgbmlib;
import io.auspex.platform.NativeLibraries;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The native LightGBM library: loads it once and turns its return codes into exceptions.
 *
 * <p>The libraries come out of lightgbm4j's jar, but not by its loader: that one unpacks into fixed
 * files of the temporary folder, and a second process that starts crashes the first by overwriting
 * what it runs from. Here every process unpacks into a folder of its own, which is gone as soon as
 * the libraries are loaded.
 */
final class LightGbmLibrary {

    /** What {@code provenance.trainer_version} says; the library cannot tell its own version. */
    static final String VERSION = "4.3.0";

    /** A folder that has the libraries already, as lightgbm4j knows it: nothing is unpacked. */
    static final String FOLDER_VARIABLE = "LIGHTGBM_NATIVE_LIB_PATH";

    private static boolean loaded;

    private LightGbmLibrary() {}

    /**
     * Loads the library, unless it is loaded.
     *
     * @throws TrainingException with what to install when it cannot be loaded
     */
    static synchronized void load() {
        if (loaded) {
            return;
        }
        Platform platform =
                Platform.of(System.getProperty("os.name"), System.getProperty("os.arch"));
        Optional<Path> folder =
                Optional.ofNullable(System.getenv(FOLDER_VARIABLE))
                        .filter(named -> !named.isBlank())
                        .map(Path::of)
                        .or(NativeLibraries::folder);
        try {
            if (folder.isEmpty()) {
                unpackAndLoad(platform);
            } else {
                Path there = folder.get();
                platform.files().forEach(file -> System.load(absolute(there.resolve(file))));
            }
        } catch (UnsatisfiedLinkError e) {
            throw new TrainingException(explain(String.valueOf(e.getMessage())), e);
        } catch (IOException e) {
            throw new TrainingException(
                    "LightGBM could not be unpacked into " + System.getProperty("java.io.tmpdir"),
                    e);
        }
        loaded = true;
    }

    private static void unpackAndLoad(Platform platform) throws IOException {
        Path own = Files.createTempDirectory("auspex-lightgbm");
        try {
            for (String file : platform.files()) {
                Path unpacked = own.resolve(file);
                try (InputStream resource = resource(platform.folder() + file)) {
                    Files.copy(resource, unpacked);
                }
                System.load(absolute(unpacked));
            }
        } finally {
            for (String file : platform.files()) {
                delete(own.resolve(file));
            }
            delete(own);
        }
    }

    private static InputStream resource(String name) throws IOException {
        InputStream resource = lightgbmlib.class.getClassLoader().getResourceAsStream(name);
        if (resource == null) {
            throw new IOException("lightgbm4j's jar has no " + name);
        }
        return resource;
    }

    private static String absolute(Path file) {
        return file.toAbsolutePath().toString();
    }

    /** A loaded library can be deleted at once, except on Windows: there at exit. */
    private static void delete(Path path) {
        File file = path.toFile();
        if (file.exists() && !file.delete()) {
            file.deleteOnExit();
        }
    }

    /** Says what to do about a link error. */
    static String explain(String linkError) {
        if (linkError.contains("gomp")) {
            return "LightGBM needs the OpenMP runtime libgomp, which is not installed. Install it:"
                    + " 'apt-get install libgomp1' (Debian, Ubuntu), 'dnf install libgomp' (Fedora,"
                    + " RHEL), 'apk add libgomp' (Alpine). The loader said: "
                    + linkError;
        }
        return "LightGBM's native library could not be loaded; the temporary folder must allow"
                + " execution, or -Djava.io.tmpdir must name one that does. The loader said: "
                + linkError;
    }

    /** Throws LightGBM's own message when a call failed. */
    static void check(int returnCode) {
        if (returnCode == 0) {
            return;
        }
        String message = "LightGBM: " + lightgbmlib.LGBM_GetLastError();
        if (message.contains("bad_alloc")) {
            throw new OutOfMemoryError(message);
        }
        throw new TrainingException(message);
    }

    /**
     * Where lightgbm4j's jar keeps the libraries of a platform.
     *
     * @param files in the order in which they are to be loaded
     */
    record Platform(String folder, List<String> files) {

        /**
         * @throws TrainingException when there is no library for it
         */
        static Platform of(@Nullable String system, @Nullable String architecture) {
            String os = String.valueOf(system).toLowerCase(Locale.ROOT);
            String cpu =
                    switch (String.valueOf(architecture)) {
                        case "amd64", "x86_64" -> "x86_64";
                        case "aarch64", "arm64" -> "aarch64";
                        default -> "";
                    };
            if (os.startsWith("linux") && !cpu.isEmpty()) {
                return inJar("linux/" + cpu, ".so");
            }
            if (os.startsWith("mac") && !cpu.isEmpty()) {
                return inJar("osx/" + cpu, ".dylib");
            }
            if (os.startsWith("windows") && cpu.equals("x86_64")) {
                return inJar("windows/" + cpu, ".dll");
            }
            throw new TrainingException(
                    "LightGBM has no library for "
                            + system
                            + " on "
                            + architecture
                            + "; it has Linux and macOS on x86-64 and arm64, Windows on x86-64");
        }

        private static Platform inJar(String platform, String ending) {
            return new Platform(
                    "lightgbm4j/" + platform + "/",
                    List.of("lib_lightgbm" + ending, "lib_lightgbm_swig" + ending));
        }
    }
}
