package io.auspex.api.stream;

/** Why the server closes a connection; {@code docs/stream.md} says whether to come back. */
enum CloseCode {
    /** The server stops: connect again, to whichever answers. */
    GOING_AWAY(1001),
    /** The connection could not be served to its end. */
    FAILED(1011),
    /** Too many connections, or the ledger cannot be read: connect again later. */
    TRY_LATER(1013),
    /** No valid token: connecting again does not help without another one. */
    UNAUTHORISED(4401),
    /** It read too slowly: connect again, and resume. */
    SLOW_CONSUMER(4008),
    /** Nothing was heard of it for too long: connect again, and resume. */
    SILENT(4009);

    private final int number;

    CloseCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
