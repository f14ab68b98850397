/** Owns the refit queue, the worker processes and the gate. */
@NullMarked
package io.auspex.retraining;

import org.jspecify.annotations.NullMarked;
