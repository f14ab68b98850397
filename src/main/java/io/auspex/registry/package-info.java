/** Owns versions, artefacts, aliases and promotion, in PostgreSQL. */
@NullMarked
package io.auspex.registry;

import org.jspecify.annotations.NullMarked;
