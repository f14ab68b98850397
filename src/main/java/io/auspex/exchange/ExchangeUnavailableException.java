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

    /**
     * What a failure says and, where that is something else, what is behind it: a certificate that
     * nobody vouches for is at first no more than a connection that could not be made.
     */
    static String explain(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String said = String.valueOf(failure.getMessage());
        String behind = root.getMessage();
        return behind == null || said.contains(behind) ? said : said + ": " + behind;
    }
}
