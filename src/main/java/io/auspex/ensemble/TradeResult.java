package io.auspex.ensemble;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.market.Symbol;
import io.auspex.trades.Direction;
import java.time.Instant;

/**
 * A trade of a session, on paper, of one unit of money.
 *
 * @param id increasing, to page by
 * @param number within the session, from 1, in the order in which trades were closed
 * @param pnl after fees
 * @param pnlPercent of the position
 * @param confidence of the signal that opened it, in [0, 1]
 * @param metadata why it ended, and what it did to its member's weight
 */
public record TradeResult(
        long id,
        String sessionId,
        long number,
        String member,
        Symbol symbol,
        Direction direction,
        Instant entryTime,
        double entryPrice,
        Instant exitTime,
        double exitPrice,
        double pnl,
        double pnlPercent,
        double confidence,
        JsonNode metadata) {}
