package io.auspex.serving;

/**
 * Which version a session is, and what was learnt of it before it served.
 *
 * @param version counted per model from 1
 * @param artefact SHA-256 of the file, in hexadecimal
 * @param unproven nobody asked for its evidence
 * @param rowNanos median cost of one row in the warm-up, in nanoseconds; 0 when it was not measured
 * @param rowsTogether {@link RowParity} holds; false when it was not tried
 * @param requestRows most rows of concurrent requests in one run, all numbers up to which have been
 *     tried; 1 when it failed or was not
 */
record ServedVersion(
        String model,
        int version,
        String artefact,
        boolean unproven,
        long rowNanos,
        boolean rowsTogether,
        int requestRows) {}
