package io.auspex.exchange;

/** The exchange did not give what was asked for; it may later. The message says why. */
final class ExchangeUnavailableException extends Exception {

    private static final long serialVersionUID = 1L;

    ExchangeUnavailableException(String reason) {
        super(reason);
    }

    ExchangeUnavailableException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
