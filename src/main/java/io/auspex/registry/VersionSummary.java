package io.auspex.registry;

import io.quarkus.runtime.annotations.RegisterForReflection;
import org.jspecify.annotations.Nullable;

/**
 * A version without its report and its schema, which are large.
 *
 * @param version counted per model from 1
 * @param reason the gate's; null while it is a candidate
 */
@RegisterForReflection
public record VersionSummary(int version, VersionState state, @Nullable String reason) {}
