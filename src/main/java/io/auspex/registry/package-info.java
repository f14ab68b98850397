/**
 * Owns versions, artefacts, aliases and promotion, in PostgreSQL.
 *
 * <p>One flow: a refit {@linkplain io.auspex.registry.ModelRegistry#add adds} its ONNX bytes as a
 * candidate; the gate decides; {@link io.auspex.registry.ModelRegistry#promote} moves the alias in
 * one transaction that ends with a {@code NOTIFY}, and serving fires {@link
 * io.auspex.registry.ModelPromoted} once the version answers. Versions never change, aliases move.
 * {@link io.auspex.registry.ModelSettings} has what people set, and lets go of old files.
 *
 * <p>Arrows: {@code registry -> model}.
 */
@NullMarked
package io.auspex.registry;

import org.jspecify.annotations.NullMarked;
