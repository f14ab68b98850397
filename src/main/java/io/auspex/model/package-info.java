/**
 * Owns what a model is: its {@link io.auspex.model.ModelSpec}, its heads, its provenance, and the
 * measures that judge it. Plain Java: imports neither Quarkus nor Jakarta.
 */
@NullMarked
package io.auspex.model;

import org.jspecify.annotations.NullMarked;
