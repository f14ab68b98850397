/**
 * Owns model files that somebody else made: what a file must be to be let in, what turns it into a
 * file that keeps the ONNX contract, and the disposable process in which both are found out.
 *
 * <p>One flow: {@link io.auspex.uploads.Uploads} hands the bytes and the {@link
 * io.auspex.uploads.Manifest} to {@link io.auspex.uploads.Inspections}, which starts {@link
 * io.auspex.uploads.Inspector} under limits of memory and time. That reads the graph, refuses what
 * {@link io.auspex.uploads.GraphCheck} does not know to be harmless, grafts the contract's input
 * and outputs onto it ({@link io.auspex.uploads.Graft}), runs it with every number of rows that
 * serving uses, and writes {@code result.json}, last. The service keeps what it wrote as a
 * candidate.
 *
 * <p>May import registry, serving, model, features, market and platform.
 */
@NullMarked
package io.auspex.uploads;

import org.jspecify.annotations.NullMarked;
