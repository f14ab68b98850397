package io.auspex.platform;

/**
 * Auspex cannot start, for a reason that the person at the terminal can act on. The message is
 * complete sentences for that person; it is shown without a stack trace.
 */
public final class LaunchException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public LaunchException(String message) {
        super(message);
    }

    public LaunchException(String message, Throwable cause) {
        super(message, cause);
    }
}
