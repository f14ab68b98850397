package io.auspex.training;

import com.microsoft.ml.lightgbm.lightgbmlib;
import io.github.metarank.lightgbm4j.LGBMBooster;
import java.io.IOException;

/** The native LightGBM library: loads it once and turns its return codes into exceptions. */
final class LightGbmLibrary {

    /** What {@code provenance.trainer_version} says; the library cannot tell its own version. */
    static final String VERSION = "4.3.0";

    private LightGbmLibrary() {}

    /**
     * Loads the library, which unpacks itself into a fixed file of {@code java.io.tmpdir}.
     *
     * @throws TrainingException with what to install when it cannot be loaded
     */
    static void load() {
        try {
            LGBMBooster.loadNative();
        } catch (UnsatisfiedLinkError e) {
            throw new TrainingException(explain(String.valueOf(e.getMessage())), e);
        } catch (IOException e) {
            throw new TrainingException(
                    "LightGBM could not be unpacked into " + System.getProperty("java.io.tmpdir"),
                    e);
        }
        if (!LGBMBooster.isNativeLoaded()) {
            throw new TrainingException(
                    "LightGBM has no library for "
                            + System.getProperty("os.name")
                            + " on "
                            + System.getProperty("os.arch")
                            + "; it has Linux and macOS on x86-64 and arm64, Windows on x86-64");
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
        return "LightGBM's native library could not be loaded: " + linkError;
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
}
