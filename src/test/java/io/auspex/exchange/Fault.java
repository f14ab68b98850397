package io.auspex.exchange;

/** What a stand-in exchange can be told to do wrong. */
enum Fault {
    /** Every WebSocket is closed. */
    CUT,
    /** The TCP connections of every WebSocket stay, and nothing comes any more. */
    HALF_OPEN,
    /** The next attempts to connect are refused. */
    REFUSED_HANDSHAKE,
    /** Connections end at the end of their lifetime. */
    LIFETIME,
    /** Candles of the next close are not sent. */
    GAP,
    /** Candles are sent twice. */
    DUPLICATE,
    /** Candles are sent after those of the next close. */
    REORDER,
    /** A handed-over candle is sent again with other figures. */
    CORRECTION,
    /** The stream says something that is not JSON, or not a candle. */
    WRONG_MESSAGE,
    /** The next answer of REST is not JSON. */
    WRONG_ANSWER,
    /** The next answer is 429 with Retry-After, or Bybit's retCode 10006. */
    TOO_MANY,
    /** The next answers are 418 or 403: banned. */
    BANNED,
    /** The next answer comes too late. */
    SLOW,
    /** The next answer is 500. */
    BROKEN,
    /** The connection ends in the middle of the next answer. */
    HALF_ANSWER
}
