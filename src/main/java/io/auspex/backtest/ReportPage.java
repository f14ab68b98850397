package io.auspex.backtest;

import io.auspex.backtest.BacktestReport.MonthRow;
import io.auspex.backtest.BacktestReport.RefitRow;
import io.auspex.backtest.BacktestReport.SymbolRow;
import io.auspex.model.Quality;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A report as one page of HTML: no script, no font, no picture from elsewhere. Every text is
 * escaped, whoever wrote it.
 */
final class ReportPage {

    private static final String STYLE =
            """
            :root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--soft:#59636e;--line:#d1d9e0;--card:#f6f8fa;--one:#0969da;--two:#9a6700;--bad:#cf222e;--good:#1a7f37;--area:#cf222e33}
            @media (prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--soft:#9198a1;--line:#30363d;--card:#161b22;--one:#58a6ff;--two:#d29922;--bad:#f85149;--good:#3fb950;--area:#f8514933}}
            *{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif}
            main{max-width:1080px;margin:0 auto;padding:24px 16px 64px}h1{font-size:24px;margin:0 0 4px}h2{font-size:18px;margin:36px 0 8px}
            p{margin:4px 0 12px}.soft{color:var(--soft)}.bad{color:var(--bad)}.good{color:var(--good)}
            .cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:8px;margin:16px 0}
            .card{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:8px 12px}.card b{display:block;font-size:19px;font-variant-numeric:tabular-nums}
            .card span{color:var(--soft);font-size:13px}svg{display:block;width:100%;height:auto;margin:4px 0 12px}
            svg text{fill:var(--soft);font:12px system-ui,sans-serif}svg .grid{stroke:var(--line);stroke-width:1}svg .one{fill:none;stroke:var(--one);stroke-width:2}
            svg .two{fill:none;stroke:var(--two);stroke-width:1.5;stroke-dasharray:5 3}svg .area{fill:var(--area);stroke:var(--bad);stroke-width:1}svg .up{fill:var(--good)}svg .down{fill:var(--bad)}svg .box{fill:var(--line)}svg .mark{stroke:var(--one);stroke-width:3}
            .scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:14px}
            th,td{padding:4px 10px;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}th:first-child,td:first-child,td.text,th.text{text-align:left}td.text{white-space:normal}th{color:var(--soft);font-weight:600}
            """;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final StringBuilder html = new StringBuilder(64 * 1024);
    private final BacktestReport report;

    private ReportPage(BacktestReport report) {
        this.report = report;
    }

    /**
     * @param trades the last ones, the newest first
     */
    static String of(BacktestReport report, List<PaperTrade> trades) {
        return new ReportPage(report).write(trades);
    }

    private String write(List<PaperTrade> trades) {
        String title =
                "%s of %s"
                        .formatted(
                                report.kind().equals("dry_run")
                                        ? "Dry run"
                                        : report.id() == 0 ? "Backtest" : "Backtest " + report.id(),
                                report.plan().model());
        html.append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append(
                        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>")
                .append(escaped(title))
                .append("</title><style>")
                .append(STYLE)
                .append("</style></head><body><main><h1>")
                .append(escaped(title))
                .append("</h1>");
        head();
        cards();
        plots();
        comparisons();
        months();
        symbols();
        versions();
        trades(trades);
        plan();
        return html.append("</main></body></html>").toString();
    }

    private void head() {
        paragraph(
                "soft",
                "%s, %s candles of %d symbols, %s to %s UTC%s"
                        .formatted(
                                report.plan().feed(),
                                report.plan().timeframe(),
                                report.plan().symbols().size(),
                                time(report.from()),
                                time(report.to()),
                                report.running() ? "; still running" : ""));
        Double inSample = report.inSample();
        if (inSample != null && inSample > 0) {
            paragraph(
                    "bad",
                    "%s of the signals are of closes that the version was trained on, or may have been: these figures are too good."
                            .formatted(percent(inSample)));
        }
    }

    private void cards() {
        Figures figures = report.figures();
        html.append("<div class=\"cards\">");
        card("return", signed(figures.totalReturn()), figures.totalReturn());
        card("a year", signed(figures.annualReturn()), figures.annualReturn());
        card("buy and hold", signed(figures.heldReturn()), figures.heldReturn());
        card("largest drawdown", percent(figures.maxDrawdown()), null);
        card("Sharpe", decimal(figures.sharpe()), figures.sharpe());
        card("Sortino", decimal(figures.sortino()), figures.sortino());
        card("Calmar", decimal(figures.calmar()), figures.calmar());
        card("volatility, a year", percent(figures.annualVolatility()), null);
        card("trades", whole(figures.trades()), null);
        card("win rate", percent(figures.winRate()), null);
        card("profit factor", decimal(figures.profitFactor()), null);
        card("expectancy, a trade", decimal(figures.expectancy()), figures.expectancy());
        card("mean return, a trade", signed(figures.meanReturn()), figures.meanReturn());
        card("fees", decimal(figures.fees()), null);
        card("exposure", percent(figures.exposure()), null);
        card("time in the market", percent(figures.timeInMarket()), null);
        card("turnover", decimal(figures.turnover()) + " x", null);
        card("mean holding", holding(figures.meanHoldingSeconds()), null);
        html.append("</div>");
    }

    private void plots() {
        List<EquityDay> days = report.equity();
        if (days.size() < 2) {
            paragraph("soft", "Plots begin with the second day.");
            return;
        }
        heading("Equity");
        paragraph(
                "soft",
                "At the last close of each day; dashed: every symbol bought once and held.");
        html.append(
                Plot.lines(
                        days.stream().map(EquityDay::day).toList(),
                        days.stream().mapToDouble(EquityDay::equity).toArray(),
                        days.stream().mapToDouble(EquityDay::held).toArray()));
        heading("Drawdown");
        html.append(
                Plot.area(
                        days.stream().map(EquityDay::day).toList(),
                        days.stream().mapToDouble(day -> -day.drawdown()).toArray()));
        heading("Exposure");
        html.append(
                Plot.lines(
                        days.stream().map(EquityDay::day).toList(),
                        days.stream().mapToDouble(EquityDay::exposure).toArray(),
                        new double[0]));
    }

    private void comparisons() {
        heading("Is it more than luck?");
        RandomComparison random = report.random();
        if (random != null) {
            html.append(Plot.draws(random));
            paragraph(
                    "",
                    "Random entries of the same symbols and sides, %d times: a trade brought %s on average, here %s. That is better than %s of the draws (p = %s)."
                            .formatted(
                                    random.draws(),
                                    signed(random.randomMean()),
                                    signed(random.meanReturn()),
                                    String.format(Locale.ROOT, "%.1f %%", random.percentile()),
                                    String.format(Locale.ROOT, "%.3f", random.pValue())));
        }
        Quality.Deflated deflated = report.deflated();
        if (deflated != null) {
            paragraph(
                    "",
                    "Deflated Sharpe ratio: with %d %s of this model on overlapping periods, the chance that the true ratio is above what the best of as many without skill would show is %s."
                            .formatted(
                                    deflated.trials(),
                                    deflated.trials() == 1 ? "backtest" : "backtests",
                                    percent(deflated.probability())));
        }
        paragraph(
                "",
                "Buy and hold of the same symbols: %s, with a drawdown of %s."
                        .formatted(
                                signed(report.figures().heldReturn()),
                                percent(report.figures().heldMaxDrawdown())));
    }

    private void months() {
        heading("Months");
        html.append(Plot.bars(report.months()));
        begin("month", "return", "buy and hold", "trades", "win rate", "profit", "fees");
        for (MonthRow month : report.months()) {
            row(
                    month.month(),
                    signed(month.equityReturn()),
                    signed(month.heldReturn()),
                    whole(month.trades()),
                    percent(month.winRate()),
                    decimal(month.pnl()),
                    decimal(month.fees()));
        }
        end();
    }

    private void symbols() {
        heading("Symbols");
        begin(
                "symbol",
                "trades",
                "long",
                "win rate",
                "mean return",
                "profit",
                "profit factor",
                "fees",
                "held");
        for (SymbolRow symbol : report.symbols()) {
            row(
                    symbol.symbol().name(),
                    whole(symbol.trades()),
                    whole(symbol.longs()),
                    percent(symbol.winRate()),
                    signed(symbol.meanReturn()),
                    decimal(symbol.pnl()),
                    decimal(symbol.profitFactor()),
                    decimal(symbol.fees()),
                    signed(symbol.heldReturn()));
        }
        end();
    }

    private void versions() {
        heading("Versions");
        html.append(
                "<div class=\"scroll\"><table><tr><th>version</th><th class=\"text\">from</th><th class=\"text\">decision</th><th class=\"text\">reason</th></tr>");
        for (RefitRow version : report.versions()) {
            html.append("<tr><td>").append(version.version());
            for (String text :
                    List.of(time(version.from()), version.decision(), version.reason())) {
                html.append("</td><td class=\"text\">").append(escaped(text));
            }
            html.append("</td></tr>");
        }
        end();
    }

    private void trades(List<PaperTrade> trades) {
        heading("Trades");
        if (trades.size() < report.figures().trades()) {
            paragraph(
                    "soft",
                    "The last %d of %s; the CSV has all."
                            .formatted(trades.size(), whole(report.figures().trades())));
        }
        begin(
                "trade", "symbol", "side", "entered", "price", "left", "price", "return", "profit",
                "why");
        for (PaperTrade trade : trades) {
            row(
                    whole(trade.number()),
                    trade.symbol().name(),
                    trade.direction().toLowerCase(Locale.ROOT),
                    time(trade.entryTime()),
                    price(trade.entryPrice()),
                    time(trade.exitTime()),
                    price(trade.exitPrice()),
                    signed(trade.pnlFraction()),
                    decimal(trade.pnl()),
                    trade.exit().name().toLowerCase(Locale.ROOT));
        }
        end();
    }

    private void plan() {
        heading("How it was made");
        PaperRules rules = report.plan().rules();
        paragraph(
                "",
                "Filled at %s; held for %d candles at most%s%s; fee %s and slippage %s of each side; %d positions at most, each of %s of the equity; %s."
                        .formatted(
                                rules.fill() == FillPrice.NEXT_OPEN
                                        ? "the next open"
                                        : "the same close",
                                rules.horizonCandles(),
                                rules.stopLoss() == 0
                                        ? ", no stop"
                                        : ", stop at " + percent(rules.stopLoss()),
                                rules.exitOnOpposite() ? ", left by an opposite signal" : "",
                                percent3(rules.fee()),
                                percent3(rules.slippage()),
                                rules.maxPositions(),
                                percent(rules.positionShare()),
                                rules.longs() && rules.shorts()
                                        ? "long and short"
                                        : rules.longs() ? "long only" : "short only"));
        paragraph("", "Signals: " + actions(report.actions()) + ".");
        paragraph("", "Guards: " + report.guards() + ".");
        if (report.figures().missedOrders() > 0 || report.figures().crowdedSignals() > 0) {
            paragraph(
                    "",
                    "%s orders found no candle, %s signals no place."
                            .formatted(
                                    whole(report.figures().missedOrders()),
                                    whole(report.figures().crowdedSignals())));
        }
        String chain = report.signalsSha256();
        if (chain != null) {
            paragraph("soft", "SHA-256 over all signals: " + chain);
        }
    }

    private static String actions(Map<String, Long> actions) {
        return actions.isEmpty()
                ? "none"
                : String.join(
                        ", ",
                        actions.entrySet().stream()
                                .map(action -> whole(action.getValue()) + " " + action.getKey())
                                .toList());
    }

    private void heading(String text) {
        html.append("<h2>").append(escaped(text)).append("</h2>");
    }

    private void paragraph(String style, String text) {
        html.append("<p class=\"").append(style).append("\">").append(escaped(text)).append("</p>");
    }

    private void card(String name, String value, @Nullable Double sign) {
        String style =
                sign == null || sign == 0 ? "" : sign > 0 ? " class=\"good\"" : " class=\"bad\"";
        html.append("<div class=\"card\"><b")
                .append(style)
                .append('>')
                .append(escaped(value))
                .append("</b><span>")
                .append(escaped(name))
                .append("</span></div>");
    }

    private void begin(String... names) {
        html.append("<div class=\"scroll\"><table><tr>");
        for (String name : names) {
            html.append("<th>").append(escaped(name)).append("</th>");
        }
        html.append("</tr>");
    }

    private void row(String... cells) {
        html.append("<tr>");
        for (String cell : cells) {
            html.append("<td>").append(escaped(cell)).append("</td>");
        }
        html.append("</tr>");
    }

    private void end() {
        html.append("</table></div>");
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    private static String time(Instant time) {
        return TIME.format(time);
    }

    private static String percent(@Nullable Double fraction) {
        return fraction == null ? "–" : String.format(Locale.ROOT, "%.1f %%", 100 * fraction);
    }

    private static String percent3(double fraction) {
        return String.format(Locale.ROOT, "%.3f %%", 100 * fraction);
    }

    private static String signed(@Nullable Double fraction) {
        return fraction == null ? "–" : String.format(Locale.ROOT, "%+.2f %%", 100 * fraction);
    }

    private static String decimal(@Nullable Double value) {
        return value == null ? "–" : String.format(Locale.ROOT, "%,.2f", value);
    }

    private static String price(double value) {
        return String.format(Locale.ROOT, "%.6g", value);
    }

    private static String whole(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static String holding(@Nullable Long seconds) {
        if (seconds == null) {
            return "–";
        }
        Duration held = Duration.ofSeconds(seconds);
        return held.toHours() > 0
                ? "%d h %d min".formatted(held.toHours(), held.toMinutesPart())
                : "%d min".formatted(held.toMinutes());
    }
}
