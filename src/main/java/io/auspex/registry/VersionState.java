package io.auspex.registry;

/**
 * Where a version stands with the gate. A version's state changes once: from candidate to one of
 * the other two.
 */
public enum VersionState {
    CANDIDATE,
    REJECTED,
    PROMOTED
}
