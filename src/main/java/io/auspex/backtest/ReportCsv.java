package io.auspex.backtest;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Trades and days as CSV (RFC 4180): numbers with all of their digits, times in UTC. Nothing in it
 * can hold a comma or a quote: symbols are of few letters, the rest are numbers and codes.
 */
final class ReportCsv {

    private ReportCsv() {}

    static void header(OutputStream out) throws IOException {
        line(
                out,
                "number,symbol,direction,version,confidence,signal_time,entry_time,entry_price,exit_time,exit_price,units,fees,pnl,pnl_fraction,exit");
    }

    static void trades(List<PaperTrade> trades, OutputStream out) throws IOException {
        for (PaperTrade trade : trades) {
            line(
                    out,
                    "%d,%s,%s,%d,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s"
                            .formatted(
                                    trade.number(),
                                    trade.symbol(),
                                    trade.direction(),
                                    trade.version(),
                                    trade.confidence(),
                                    trade.signalTime(),
                                    trade.entryTime(),
                                    trade.entryPrice(),
                                    trade.exitTime(),
                                    trade.exitPrice(),
                                    trade.units(),
                                    trade.fees(),
                                    trade.pnl(),
                                    trade.pnlFraction(),
                                    trade.exit()));
        }
    }

    static void equity(List<EquityDay> days, OutputStream out) throws IOException {
        line(out, "day,equity,held,exposure,drawdown");
        for (EquityDay day : days) {
            line(
                    out,
                    "%s,%s,%s,%s,%s"
                            .formatted(
                                    day.day(),
                                    day.equity(),
                                    day.held(),
                                    day.exposure(),
                                    day.drawdown()));
        }
    }

    private static void line(OutputStream out, String text) throws IOException {
        out.write((text + "\r\n").getBytes(StandardCharsets.UTF_8));
    }
}
