package io.auspex.bench;

/**
 * What one refit of the service took, in seconds.
 *
 * @param dataset candles to rows, and the start of the worker's process
 * @param training folds and final fit, predictions and calibration among them
 * @param export from the last tree to the report, with all checks of the worker
 * @param gate reading, keeping, comparing, deciding
 * @param swap from the fetch of the version to its publication
 * @param whole from the claim of the job to its end
 * @param standstill longest time in which neither phase nor percent moved
 */
record RefitTimes(
        long rows,
        int features,
        double dataset,
        double training,
        double export,
        double gate,
        double swap,
        double whole,
        double standstill,
        double workerPeakBytes,
        double servicePeakBytes) {}
