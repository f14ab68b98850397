/**
 * Owns what everything else stands on: JSON, clocks, executors, failures, the embedded database,
 * the launch.
 */
@NullMarked
package io.auspex.platform;

import org.jspecify.annotations.NullMarked;
