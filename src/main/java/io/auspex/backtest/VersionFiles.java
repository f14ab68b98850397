package io.auspex.backtest;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** Where the files of versions are. Blocking. */
@FunctionalInterface
interface VersionFiles {

    /**
     * @throws io.auspex.platform.Failure NOT_FOUND, or CONFLICT when retention has taken it
     */
    VersionFile version(int number);

    /**
     * A version to be opened.
     *
     * @param report of its training, with the profile that the guard of range needs
     */
    record VersionFile(int number, boolean unproven, JsonNode report, byte[] onnx) {

        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return number;
        }
    }
}
