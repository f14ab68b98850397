package io.auspex.serving;

/** A model file that cannot serve. The message says why, in one sentence. */
final class UnusableModelException extends Exception {

    private static final long serialVersionUID = 1L;

    UnusableModelException(String reason) {
        super(reason);
    }

    UnusableModelException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
