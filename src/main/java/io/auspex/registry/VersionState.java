package io.auspex.registry;

/**
 * Where a version stands with the gate. A version's state changes once: from candidate to one of
 * the other two. The one exception is deliberate: {@code --promote=always} may promote a rejected
 * version, which then counts as unproven.
 */
public enum VersionState {
    CANDIDATE,
    REJECTED,
    PROMOTED
}
