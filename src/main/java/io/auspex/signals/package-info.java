/** Owns the way from a prediction to a published signal: decision, ledger, publication. */
@NullMarked
package io.auspex.signals;

import org.jspecify.annotations.NullMarked;
