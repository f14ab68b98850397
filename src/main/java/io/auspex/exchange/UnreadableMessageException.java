package io.auspex.exchange;

/** A text of the exchange is not what its documentation promises. */
final class UnreadableMessageException extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final int LONGEST_QUOTE = 80;

    UnreadableMessageException(String reason, String text) {
        super(reason + ": " + quote(text));
    }

    UnreadableMessageException(String reason, String text, Throwable cause) {
        super(reason + ": " + quote(text), cause);
    }

    private static String quote(String text) {
        String shown = text.length() > LONGEST_QUOTE ? text.substring(0, LONGEST_QUOTE) : text;
        return "'" + shown.replaceAll("[^ -~]", "?") + "'";
    }
}
