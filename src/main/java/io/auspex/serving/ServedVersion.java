package io.auspex.serving;

/**
 * Which version a session is, and what was learnt of it before it served.
 *
 * @param version counted per model from 1
 * @param artefact SHA-256 of the file, in hexadecimal
 * @param unproven nobody asked for its evidence
 * @param rowNanos median cost of one row in the warm-up, in nanoseconds; 0 when it was not measured
 * @param rowsTogether {@link RowParity} holds; false when it was not tried
 */
record ServedVersion(
        String model,
        int version,
        String artefact,
        boolean unproven,
        long rowNanos,
        boolean rowsTogether) {}
