package io.auspex.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.backtest.BacktestReport.RefitRow;
import io.auspex.market.Symbol;
import io.auspex.model.Quality;
import io.auspex.model.SharpeRatio;
import io.auspex.signals.Action;
import io.auspex.signals.DecisionRule;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;

class ReportPageTest {

    private static BacktestReport report(String reason, List<PaperTrade> trades) {
        MadeMarket market = MadeMarket.walk(5, 3_000, "AAA", "BBB");
        PaperRules rules =
                new PaperRules(
                        FillPrice.NEXT_OPEN,
                        12,
                        0.01,
                        true,
                        0.0005,
                        0.0002,
                        2,
                        0.5,
                        true,
                        true,
                        1_000);
        BacktestPlan plan =
                new BacktestPlan(
                        "page",
                        MadeMarket.FEED,
                        MadeMarket.TIMEFRAME,
                        List.of(new Symbol("AAA"), new Symbol("BBB")),
                        MadeMarket.at(0),
                        MadeMarket.at(2_999),
                        new VersionPlan(
                                List.of(new VersionPlan.Stage(1, MadeMarket.at(0), Instant.EPOCH)),
                                null),
                        DecisionRule.standard(),
                        rules,
                        false,
                        1,
                        100);
        PaperAccount account = PaperAccount.fresh(rules, MadeMarket.TIMEFRAME, 2);
        SplittableRandom random = new SplittableRandom(1);
        market.all()
                .forEach(close ->
                        account.accept(
                                close,
                                close.candles().stream()
                                        .map(candle ->
                                                new Call(
                                                        candle.symbol(),
                                                        random.nextInt(8) == 0
                                                                ? Action.BUY
                                                                : Action.HOLD,
                                                        0.5,
                                                        1))
                                        .toList()));
        account.end();
        trades.addAll(account.takeTrades());
        RunState state =
                new RunState(
                        MadeMarket.close(2_999),
                        account.state(),
                        RunState.Walk.BEGIN,
                        6_000,
                        60,
                        java.util.Map.of("BUY", 750L, "HOLD", 5_250L),
                        SignalChain.START);
        BacktestReport made =
                BacktestReport.of(
                        12,
                        "backtest",
                        false,
                        plan,
                        state,
                        account.takeDays(),
                        null,
                        null,
                        List.of(new RefitRow(1, MadeMarket.at(0), "given", reason)));
        RandomEntries entries =
                new RandomEntries(rules, MadeMarket.TIMEFRAME, state.account().symbols(), 100, 1);
        market.all().forEach(entries::accept);
        SharpeRatio sharpe = made.sharpe();
        Tally total = state.account().total();
        return BacktestReport.finished(
                made,
                sharpe == null ? null : Quality.Deflated.of(sharpe, 3, new double[] {0.1, 0.2}),
                entries.end(total.trades(), total.fractions() / total.trades()));
    }

    @Test
    void thePageNeedsNothingElseAndHidesNothingBad() throws Exception {
        List<PaperTrade> trades = new ArrayList<>();
        BacktestReport report = report("<script>alert('x')</script> & \"more\"", trades);
        String page = ReportPage.of(report, trades.reversed().subList(0, 50));
        assertThat(page)
                .doesNotContain("<script", "http:", "https:", "src=", "url(", "@import")
                .contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;more&quot;")
                .contains("prefers-color-scheme:dark")
                .contains("1.0 % of the signals are of closes that the version was trained on")
                .contains("Deflated Sharpe ratio: with 3 backtests")
                .doesNotContain("NaN", "Infinity", "null");
        assertThat(page.split("<svg", -1)).hasSize(6);
        String body =
                page.substring(
                        page.indexOf("<main>"), page.indexOf("</main>") + "</main>".length());
        var document =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(
                                new ByteArrayInputStream(
                                        body.replace("&nbsp;", " ")
                                                .getBytes(StandardCharsets.UTF_8)));
        assertThat(document.getElementsByTagName("tr").getLength()).isGreaterThan(50);
    }

    @Test
    void theReportIsTheSameAfterJson() throws Exception {
        BacktestReport report = report("as given", new ArrayList<>());
        String json = io.auspex.platform.Json.mapper().writeValueAsString(report);
        assertThat(io.auspex.platform.Json.mapper().readValue(json, BacktestReport.class))
                .isEqualTo(report);
    }

    @Test
    void aReportOfNothingIsAPageToo() {
        List<PaperTrade> trades = new ArrayList<>();
        BacktestReport whole = report("as given", trades);
        BacktestReport begun =
                BacktestReport.of(
                        1,
                        "dry_run",
                        true,
                        whole.plan(),
                        RunState.fresh(whole.plan()),
                        List.of(),
                        null,
                        null,
                        List.of());
        assertThat(ReportPage.of(begun, List.of()))
                .contains("Dry run of page", "still running", "Plots begin with the second day");
    }
}
