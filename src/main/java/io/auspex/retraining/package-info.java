/**
 * Owns the refit queue, the worker processes and the gate.
 *
 * <p>One flow: {@link io.auspex.retraining.RefitService#request} puts a job into the queue in
 * PostgreSQL; {@code RefitRunner} claims it under a lease; {@code RefitAttempt} writes the job
 * folder, runs a worker process, adds its model to the registry and asks the {@code Gate}; what is
 * promoted serves before the job counts as done. Each change is told as {@link
 * io.auspex.retraining.RefitProgressed}. {@code Startup} does what a feed needs between its history
 * and its first live close.
 *
 * <p>Arrows: {@code retraining -> training, registry, dataset, serving, ingest, model}. Of training
 * only the name of its main class is used: it runs in another process.
 */
@NullMarked
package io.auspex.retraining;

import org.jspecify.annotations.NullMarked;
