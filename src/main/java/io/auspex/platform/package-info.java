/**
 * Owns what everything else stands on: the launch, its options, the data folder, the embedded
 * database, JSON, the clock, progress bars, waiting for asynchronous results, which threads run
 * before which, traces of what nobody asked for, and the command lines of worker processes. One
 * flow: {@link io.auspex.platform.Auspex} reads the options, locks the {@link
 * io.auspex.platform.DataFolder}, starts or takes over {@link io.auspex.platform.EmbeddedPostgres},
 * tells Quarkus where that is, and stops it after Quarkus has ended. {@link
 * io.auspex.platform.Watch} and {@link io.auspex.platform.Status} look at a running service from
 * outside.
 *
 * <p>Arrows: imports nothing of Auspex; everyone may import it.
 */
@NullMarked
package io.auspex.platform;

import org.jspecify.annotations.NullMarked;
