package io.auspex.platform;

/** Carries a checked failure out of {@link Await}. */
public final class AwaitFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    AwaitFailedException(Throwable cause) {
        super(String.valueOf(cause.getMessage()), cause);
    }
}
