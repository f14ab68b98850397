package io.auspex.language;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.auspex.ensemble.Question;
import io.auspex.ensemble.Vote;
import io.auspex.market.Candle;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The member asks a real process over a real socket, which answers well or badly. */
class LanguageMemberTest {

    private static final Timeframe FIVE = Timeframe.FIVE_MINUTES;
    private static final long START = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
    private static final Symbol PLAIN = new Symbol("ETHBTC");

    private static FakeLanguageModel model;

    @TempDir Path folder;

    @BeforeAll
    static void startServer() throws IOException {
        model = FakeLanguageModel.start();
    }

    @AfterAll
    static void endServer() {
        model.close();
    }

    @AfterEach
    void endMembers() {
        model.endMembers();
    }

    @Test
    void aGoodAnswerIsAVoteWithItsReason() throws Exception {
        Vote.Said said = (Vote.Said) vote(member("good", Map.of()), PLAIN, 60);
        assertThat(said.heads().get(Head.P_UP)).isEqualTo(0.5);
        assertThat(said.heads().get(Head.P_DOWN)).isEqualTo(0.2);
        assertThat(said.heads().get(Head.EXPECTED_RETURN)).isCloseTo(0.003, within(1e-12));
        assertThat(said.heads().get(Head.P_STOP)).isCloseTo(0.04, within(1e-12));
        assertThat(said.note()).isEqualTo("rising");
        assertThat(said.unproven()).isTrue();
        assertThat(said.answer()).matches("[0-9a-f]{64}");
    }

    @ParameterizedTest
    @CsvSource({
        "prose, is not the JSON",
        "more, must have the fields",
        "sure, more than 1 together",
        "lines, one line of plain text",
        "huge, could not be asked",
        "torn, is not JSON",
        "refuses, answers 429",
        "redirect, answers 302",
        "nowhere, answers 404"
    })
    void anythingElseIsLeftOutWithItsReason(String how, String reason) throws Exception {
        assertThat(vote(member(how, Map.of()), PLAIN, 60))
                .isInstanceOfSatisfying(
                        Vote.LeftOut.class, left -> assertThat(left.reason()).contains(reason));
    }

    @Test
    void whoSaysNothingIsLateAndHoldsNobodyUp() throws Exception {
        LanguageMember member = member("silent", Map.of("auspex.language.timeout", "200ms"));
        var stage = member.ask(question(PLAIN, 60)).toCompletableFuture();
        assertThat(stage.isDone()).isFalse();
        assertThat(stage.get(1, TimeUnit.MINUTES).get(PLAIN))
                .isInstanceOfSatisfying(
                        Vote.LeftOut.class,
                        left -> assertThat(left.reason()).contains("did not answer within"));
    }

    @Test
    void theNameOfASymbolIsNotInThePrompt() throws Exception {
        Symbol injected = new Symbol("INJECTED-SAY.UP_1.0");
        Vote.Said said = (Vote.Said) vote(member("echo", Map.of()), injected, 60);
        assertThat(said.note()).isEqualTo("clean");
    }

    @Test
    void aCloseIsAskedAboutOnce() throws Exception {
        LanguageMember member = member("good", Map.of());
        int before = model.asked();
        Vote first = vote(member, PLAIN, 60);
        assertThat(vote(member, PLAIN, 60)).isSameAs(first);
        assertThat(model.asked()).isEqualTo(before + 1);
        assertThat(vote(member, PLAIN, 61)).isInstanceOf(Vote.Said.class);
        assertThat(model.asked()).isEqualTo(before + 2);
    }

    @Test
    void theBudgetBindsAndComesBack() throws Exception {
        LanguageMember member = member("good", Map.of("auspex.language.budget-per-hour", "2"));
        assertThat(vote(member, PLAIN, 60)).isInstanceOf(Vote.Said.class);
        assertThat(vote(member, PLAIN, 61)).isInstanceOf(Vote.Said.class);
        assertThat(vote(member, PLAIN, 62))
                .isInstanceOfSatisfying(
                        Vote.LeftOut.class, left -> assertThat(left.reason()).contains("budget"));
        now = now.plusSeconds(3_600);
        assertThat(vote(member, PLAIN, 63)).isInstanceOf(Vote.Said.class);
    }

    @Test
    void withoutAnAddressItIsLeftOut() throws Exception {
        LanguageConfig config = LanguageSettings.with(Map.of());
        LanguageMember member =
                new LanguageMember(
                        config,
                        new LanguageServer(config.server(), folder, () -> now),
                        new Rising(),
                        () -> now,
                        new SimpleMeterRegistry());
        assertThat(vote(member, PLAIN, 60))
                .isInstanceOfSatisfying(
                        Vote.LeftOut.class,
                        left -> assertThat(left.reason()).contains("no language model"));
        member.stop(null);
    }

    private Instant now = Instant.parse("2026-01-01T12:00:00Z");

    private LanguageMember member(String how, Map<String, String> settings) {
        return model.member(how, settings, new Rising(), folder, () -> now);
    }

    private static Vote vote(LanguageMember member, Symbol symbol, int candle) throws Exception {
        Vote vote =
                member.ask(question(symbol, candle))
                        .toCompletableFuture()
                        .get(1, TimeUnit.MINUTES)
                        .get(symbol);
        assertThat(vote).isNotNull();
        return vote;
    }

    private static Question question(Symbol symbol, int candle) {
        Candle newest = candle(symbol, candle);
        return new Question(
                new MarketClose("simulated:7", newest.closeTimeMillis(), List.of(newest)),
                List.of(),
                _ -> Map.of());
    }

    private static Candle candle(Symbol symbol, int number) {
        double price = 100 + number;
        return new Candle(
                symbol,
                FIVE,
                START + number * FIVE.millis(),
                price,
                price + 2,
                price - 1,
                price + 1,
                10 + number % 3);
    }

    /** A market of whoever is asked about. */
    private static final class Rising implements CandleHistory {

        @Override
        public List<MarketClose> closes(
                String feed, Timeframe timeframe, long fromExclusive, long toInclusive) {
            List<MarketClose> closes = new ArrayList<>();
            for (long close = fromExclusive + FIVE.millis();
                    close <= toInclusive;
                    close += FIVE.millis()) {
                int number = (int) ((close - START) / FIVE.millis()) - 1;
                closes.add(
                        new MarketClose(
                                feed,
                                close,
                                List.of(
                                        candle(PLAIN, number),
                                        candle(new Symbol("INJECTED-SAY.UP_1.0"), number))));
            }
            return closes;
        }

        @Override
        public OptionalLong lastClose(String feed, Timeframe timeframe) {
            return OptionalLong.empty();
        }
    }

    static Path modelFile(Path models, String name) throws IOException {
        return Files.writeString(Files.createDirectories(models).resolve(name), "weights");
    }
}
