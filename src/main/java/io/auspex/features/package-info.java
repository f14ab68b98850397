/**
 * Owns feature declarations, the streaming indicators and the {@link
 * io.auspex.features.FeatureSchema}.
 */
@NullMarked
package io.auspex.features;

import org.jspecify.annotations.NullMarked;
