package io.auspex.language;

import io.auspex.ensemble.Member;
import io.auspex.ensemble.Question;
import io.auspex.ensemble.Vote;
import io.auspex.market.Candle;
import io.auspex.market.CandleHistory;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.model.Head;
import io.auspex.model.TargetSpec;
import io.auspex.platform.Sha256;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * {@code mistral_ai}: asks a language model about every symbol of a close. It never holds anybody
 * up: {@link #ask} returns at once, questions run on a bounded number of threads, and what comes
 * later than the ensemble waits is kept for whoever asks about that close again, such as a replay.
 *
 * <p>Its probabilities are what the model says, not calibrated on outcomes: every vote is {@code
 * unproven}. The expected return follows from them: the probabilities weigh a move of the size of
 * the target's threshold. Of the stop it knows nothing beyond the fall itself: {@code p_stop} is
 * the probability of the fall times the ratio of the two thresholds.
 */
@ApplicationScoped
class LanguageMember implements Member {

    static final String NAME = "mistral_ai";

    private static final Logger LOG = Logger.getLogger(LanguageMember.class);

    /** Of the change of a close there must be at least one. */
    private static final int LEAST_CANDLES = 2;

    private final LanguageConfig config;
    private final LanguageServer server;
    private final CandleHistory history;
    private final MeterRegistry meters;
    private final Prompt prompt = new Prompt(TargetSpec.standard());
    private final Budget budget;
    private final AnswerCache answers;
    private final ThreadPoolExecutor threads;
    private final HttpClient http;

    LanguageMember(
            LanguageConfig config,
            LanguageServer server,
            CandleHistory history,
            InstantSource clock,
            MeterRegistry meters) {
        this.config = config;
        this.server = server;
        this.history = history;
        this.meters = meters;
        this.budget = new Budget(config.budgetPerHour(), clock);
        this.answers = new AnswerCache(config.cache());
        this.threads =
                new ThreadPoolExecutor(
                        config.parallel(),
                        config.parallel(),
                        0,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(config.maxWaiting()),
                        Thread.ofVirtual().name("language-", 1).factory());
        this.http = ChatClient.http(config.timeout());
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CompletionStage<Map<Symbol, Vote>> ask(Question question) {
        MarketClose close = question.close();
        Optional<URI> address = address();
        Map<Symbol, CompletableFuture<Vote>> asked = new HashMap<>();
        for (Candle candle : close.candles()) {
            asked.put(
                    candle.symbol(),
                    address.map(uri -> asked(close, candle, uri))
                            .orElseGet(() ->
                                    CompletableFuture.completedFuture(
                                            new Vote.LeftOut(
                                                    "no language model: set --language.base-url or"
                                                            + " POST /api/server/mistral/start"))));
        }
        return CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new))
                .thenApply(_ -> {
                    Map<Symbol, Vote> votes = new HashMap<>();
                    asked.forEach((symbol, vote) -> votes.put(symbol, vote.join()));
                    return votes;
                });
    }

    void stop(@Observes ShutdownEvent ending) {
        threads.shutdownNow();
        http.shutdownNow();
    }

    private Optional<URI> address() {
        return config.baseUrl()
                .filter(url -> !url.isBlank())
                .map(LanguageMember::withoutSlash)
                .map(URI::create)
                .or(server::address);
    }

    private static String withoutSlash(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    private CompletableFuture<Vote> asked(MarketClose close, Candle candle, URI address) {
        AnswerCache.Key key =
                new AnswerCache.Key(close.feed(), candle.symbol(), close.closeTimeMillis());
        return answers.get(key, _ -> begin(key, close, candle, address));
    }

    private CompletableFuture<Vote> begin(
            AnswerCache.Key key, MarketClose close, Candle candle, URI address) {
        if (!budget.take()) {
            return unanswered(
                    key, "the budget of " + config.budgetPerHour() + " questions an hour is spent");
        }
        CompletableFuture<Vote> answer = new CompletableFuture<>();
        try {
            threads.execute(() -> answer.complete(vote(key, close, candle, address)));
        } catch (RejectedExecutionException full) {
            return unanswered(
                    key, config.maxWaiting() + " questions wait for the language model already");
        }
        return answer;
    }

    private CompletableFuture<Vote> unanswered(AnswerCache.Key key, String reason) {
        count("refused");
        // After the cache has it, so that it is not kept.
        return CompletableFuture.<Vote>completedFuture(new Vote.LeftOut(reason))
                .whenComplete((_, _) ->
                        threads.getThreadFactory().newThread(() -> answers.forget(key)).start());
    }

    /** The edge of a thread: everything ends as a vote. */
    private Vote vote(AnswerCache.Key key, MarketClose close, Candle candle, URI address) {
        try {
            Vote vote = opinion(close, candle, address);
            count("answered");
            return vote;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            answers.forget(key);
            return new Vote.LeftOut("the service stops");
        } catch (HttpTimeoutException late) {
            count("late");
            answers.forget(key);
            return new Vote.LeftOut("the language model did not answer within " + config.timeout());
        } catch (IllegalArgumentException unusable) {
            count("unusable");
            return new Vote.LeftOut(
                    "the language model's answer was refused: " + unusable.getMessage());
        } catch (IOException | RuntimeException failure) {
            LOG.debugf(failure, "%s was not asked about %s", NAME, candle.symbol());
            count("failed");
            answers.forget(key);
            return new Vote.LeftOut(
                    "the language model could not be asked: " + failure.getMessage());
        }
    }

    private Vote opinion(MarketClose close, Candle candle, URI address)
            throws IOException, InterruptedException {
        List<Candle> candles = candles(close, candle);
        if (candles.size() < LEAST_CANDLES) {
            return new Vote.LeftOut("there are too few candles to show");
        }
        ChatClient client =
                new ChatClient(
                        http, address, config.key(), config.timeout(), config.maxAnswerBytes());
        String answer = client.complete(prompt.request(config.model(), candles));
        Opinion opinion = Opinion.parse(answer);
        return new Vote.Said(
                Prompt.VERSION,
                prompt.identity(),
                "language model " + config.model() + ", prompt " + Prompt.VERSION,
                List.of(),
                heads(opinion),
                true,
                opinion.reason(),
                Sha256.hex(answer.getBytes(StandardCharsets.UTF_8)));
    }

    /** Of the symbol, up to the close, oldest first. */
    private List<Candle> candles(MarketClose close, Candle candle) {
        long from = close.closeTimeMillis() - config.candles() * candle.timeframe().millis();
        List<Candle> candles = new ArrayList<>();
        for (MarketClose stored :
                history.closes(close.feed(), candle.timeframe(), from, close.closeTimeMillis())) {
            stored.candles().stream()
                    .filter(each -> each.symbol().equals(candle.symbol()))
                    .forEach(candles::add);
        }
        return candles;
    }

    private Map<Head, Double> heads(Opinion opinion) {
        TargetSpec target = prompt.target();
        double up = opinion.probabilityUp();
        double down = opinion.probabilityDown();
        return Map.of(
                Head.P_UP,
                up,
                Head.P_DOWN,
                down,
                Head.EXPECTED_RETURN,
                up * target.upThreshold() - down * target.downThreshold(),
                Head.P_STOP,
                down * Math.min(1, target.downThreshold() / target.stopThreshold()));
    }

    private void count(String outcome) {
        meters.counter("auspex.language.questions", "outcome", outcome).increment();
    }
}
