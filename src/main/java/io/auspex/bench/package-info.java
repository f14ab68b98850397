/**
 * Owns the measurements that {@code ./auspex bench} prints: each runs the same code as the service
 * and prints a table that can be pasted into {@code docs/benchmarks.md}. Imports everything; nobody
 * imports it.
 */
@NullMarked
package io.auspex.bench;

import org.jspecify.annotations.NullMarked;
