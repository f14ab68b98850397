package io.auspex.language;

/** What the local server does. */
public enum ServerState {
    STOPPED,
    STARTING,
    RUNNING,
    /** It ended by itself and will be started again. */
    RESTARTING,
    /** It ended by itself too often, or did not start; somebody has to look. */
    FAILED
}
