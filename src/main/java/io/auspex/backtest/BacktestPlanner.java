package io.auspex.backtest;

import io.auspex.backtest.BacktestRequest.PaperRequest;
import io.auspex.backtest.BacktestRequest.StageRequest;
import io.auspex.backtest.VersionPlan.Stage;
import io.auspex.ingest.CandleStore;
import io.auspex.ingest.IngestStatus;
import io.auspex.market.Symbol;
import io.auspex.model.MarketSpec;
import io.auspex.model.ModelKind;
import io.auspex.model.ModelSpec;
import io.auspex.model.TargetSpec;
import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.ModelVersion;
import io.auspex.registry.RegisteredModel;
import io.auspex.signals.SignalPipeline;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes a plan of a request: every name is looked up, every default is filled in, and what would
 * flatter is refused. Blocking.
 */
@ApplicationScoped
class BacktestPlanner {

    private static final int MAX_SYMBOLS = 1_000;
    private static final int MAX_STAGES = 100;

    /** What is left before the first refit, of what is stored, when nobody says when to begin. */
    private static final int SHARE_BEFORE = 3;

    private final ModelRegistry registry;
    private final CandleStore candles;
    private final IngestStatus ingest;
    private final PastRecords past;
    private final SignalPipeline pipeline;
    private final BacktestConfig config;

    BacktestPlanner(
            ModelRegistry registry,
            CandleStore candles,
            IngestStatus ingest,
            PastRecords past,
            SignalPipeline pipeline,
            BacktestConfig config) {
        this.registry = registry;
        this.candles = candles;
        this.ingest = ingest;
        this.past = past;
        this.pipeline = pipeline;
        this.config = config;
    }

    /**
     * The plan.
     *
     * @throws Failure INVALID {@code invalid-field}, {@code in-sample}, {@code no-candles}, {@code
     *     too-many-refits}; NOT_FOUND {@code no-such-model}, {@code no-such-version}
     */
    BacktestPlan plan(BacktestRequest request) {
        if (request.members() != null || request.weights() != null || request.learn() != null) {
            throw invalid(
                    "members, weights and learn are of the ensemble: {\"model\": \"ensemble\"}");
        }
        RegisteredModel model = model(request.model());
        ModelSpec spec = model.spec();
        String feed = feed(request.feed(), spec.market());
        Instant first =
                stored(
                        candles.extent(feed, spec.market().timeframe()).firstCloseTimeMillis(),
                        feed);
        Instant last = stored(candles.lastClose(feed, spec.market().timeframe()), feed);
        Instant to = request.to() == null || request.to().isAfter(last) ? last : request.to();
        boolean allowed = Boolean.TRUE.equals(request.allowInSample());
        boolean refits = BacktestRequest.AS_IT_WOULD_HAVE_BEEN.equals(request.version());
        if (refits && request.versions() != null) {
            throw invalid("give version or versions, not both");
        }
        Instant from =
                request.from() != null
                        ? request.from().isBefore(first) ? first : request.from()
                        : refits
                                ? first.plusMillis(
                                        (last.toEpochMilli() - first.toEpochMilli()) / SHARE_BEFORE)
                                : beginning(model, request, first, allowed);
        if (!from.isBefore(to)) {
            throw new Failure(
                    Failure.Category.INVALID,
                    "no-candles",
                    "there is nothing from %s to %s: %s has closes from %s to %s"
                                    .formatted(from, to, feed, first, last)
                            + (request.from() == null && !refits
                                    ? ", and without from it begins after what the version was trained on"
                                    : ""));
        }
        VersionPlan versions =
                refits ? refits(spec, request, from, to) : stages(model, request, from);
        requireUnseen(model.name(), versions.stages(), from, to, allowed);
        return checked(() ->
                new BacktestPlan(
                        model.name(),
                        feed,
                        spec.market().timeframe(),
                        symbols(
                                request,
                                spec.market(),
                                new BacktestPeriod(feed, spec.market().timeframe(), from, to)),
                        from,
                        to,
                        versions,
                        request.rule() == null ? pipeline.rule() : request.rule(),
                        rules(request.rules(), spec.targets()),
                        allowed,
                        Objects.requireNonNullElse(request.seed(), 1L),
                        Objects.requireNonNullElse(request.randomDraws(), config.randomDraws())));
    }

    /** What paper accounts do with a model's signals, but for what somebody wants otherwise. */
    PaperRules rules(@Nullable PaperRequest wanted, TargetSpec targets) {
        return checked(() ->
                rules(
                        Objects.requireNonNullElse(wanted, PaperRequest.NONE),
                        targets,
                        config.fee(),
                        config.slippage(),
                        config.maxPositions(),
                        config.positionShare()));
    }

    /** The same where there are no settings. */
    static PaperRules standardRules(PaperRequest wanted, TargetSpec targets) {
        return rules(wanted, targets, 0.0005, 0.0002, 5, 0.2);
    }

    private static PaperRules rules(
            PaperRequest given,
            TargetSpec targets,
            double fee,
            double slippage,
            int maxPositions,
            double positionShare) {
        int places = Objects.requireNonNullElse(given.maxPositions(), maxPositions);
        double share =
                given.positionShare() != null
                        ? given.positionShare()
                        : given.maxPositions() == null ? positionShare : 1.0 / places;
        return new PaperRules(
                Objects.requireNonNullElse(given.fill(), FillPrice.NEXT_OPEN),
                Objects.requireNonNullElse(given.horizonCandles(), targets.horizonCandles()),
                Objects.requireNonNullElse(
                        given.stopLoss(),
                        targets.volatilityScaled() ? 0.0 : targets.stopThreshold()),
                Objects.requireNonNullElse(given.exitOnOpposite(), true),
                Objects.requireNonNullElse(given.fee(), fee),
                Objects.requireNonNullElse(given.slippage(), slippage),
                places,
                share,
                Objects.requireNonNullElse(given.longs(), true),
                Objects.requireNonNullElse(given.shorts(), true),
                Objects.requireNonNullElse(given.startEquity(), 10_000.0));
    }

    /** Of a model, or the standard ones for what speaks without being a registered model. */
    TargetSpec targets(String name) {
        return Await.item(() -> registry.model(name))
                .map(model -> model.spec().targets())
                .orElseGet(TargetSpec::standard);
    }

    /** A model of the market that is registered. */
    RegisteredModel model(@Nullable String name) {
        if (name == null) {
            throw invalid("give the model: {\"model\": \"simulated-5m\"}");
        }
        RegisteredModel model =
                Await.item(() -> registry.model(name))
                        .orElseThrow(() ->
                                new Failure(
                                        Failure.Category.NOT_FOUND,
                                        "no-such-model",
                                        "there is no model '" + name + "'"));
        if (model.spec().kind() != ModelKind.MARKET) {
            throw invalid("%s does not speak of the market, so it has no signals".formatted(name));
        }
        return model;
    }

    /** When nobody says: all that is stored, or all that the versions have not been trained on. */
    private Instant beginning(
            RegisteredModel model, BacktestRequest request, Instant first, boolean allowed) {
        if (allowed) {
            return first;
        }
        Stage stage = stages(model, request, first).stages().getFirst();
        return stage.trainedTo() == null || stage.trainedTo().isBefore(first)
                ? first
                : stage.trainedTo().plusMillis(model.spec().market().timeframe().millis());
    }

    String feed(@Nullable String wanted, MarketSpec market) {
        String feed =
                wanted == null
                        ? ingest.snapshot()
                                .feed()
                                .filter(market::coversFeed)
                                .orElseThrow(() ->
                                        invalid(
                                                "no feed of %s runs here: give the feed whose candles are stored"
                                                        .formatted(market.feed())))
                        : wanted;
        if (!market.coversFeed(feed)) {
            throw invalid("the model speaks for %s, not for %s".formatted(market.feed(), feed));
        }
        return feed;
    }

    static Instant stored(OptionalLong millis, String feed) {
        return Instant.ofEpochMilli(
                millis.orElseThrow(() ->
                        new Failure(
                                Failure.Category.INVALID,
                                "no-candles",
                                "no candles of %s are stored".formatted(feed))));
    }

    private VersionPlan refits(ModelSpec spec, BacktestRequest request, Instant from, Instant to) {
        VersionPlan.Refits refits =
                new VersionPlan.Refits(
                        spec,
                        Objects.requireNonNullElse(request.refitSchedule(), "weekly sunday 03:00"),
                        Objects.requireNonNullElse(request.refitZone(), "UTC"),
                        config.maxRefits());
        int count = checked(() -> RefittedVersions.count(refits, from, to));
        if (count > refits.most()) {
            throw new Failure(
                    Failure.Category.INVALID,
                    "too-many-refits",
                    "'%s' from %s to %s is more than %d refits (backtest.max-refits): choose a shorter period or"
                                    .formatted(refits.schedule(), from, to, refits.most())
                            + " a longer interval");
        }
        return new VersionPlan(List.of(), refits);
    }

    private VersionPlan stages(RegisteredModel model, BacktestRequest request, Instant from) {
        List<StageRequest> wanted = request.versions();
        if (wanted == null) {
            return new VersionPlan(
                    List.of(
                            stage(
                                    model,
                                    Objects.requireNonNullElse(request.version(), "champion"),
                                    from)),
                    null);
        }
        if (request.version() != null) {
            throw invalid("give version or versions, not both");
        }
        if (wanted.isEmpty() || wanted.size() > MAX_STAGES) {
            throw invalid("versions are 1 to %d".formatted(MAX_STAGES));
        }
        List<Stage> stages = new ArrayList<>();
        for (StageRequest one : wanted) {
            if (one.version() == null || (one.from() == null && !stages.isEmpty())) {
                throw invalid(
                        "versions look like [{\"version\": \"1\"}, {\"version\": \"2\", \"from\": \"2026-02-01T00:00:00Z\"}]");
            }
            stages.add(stage(model, one.version(), one.from() == null ? from : one.from()));
        }
        return checked(() -> new VersionPlan(stages, null));
    }

    Stage stage(RegisteredModel model, String text, Instant from) {
        int number = number(model, text);
        ModelVersion version =
                Await.item(() -> registry.version(model.name(), number))
                        .orElseThrow(() -> noSuchVersion(model.name(), text));
        return new Stage(number, from, trainedTo(version));
    }

    /** Null when its report does not say. */
    static @Nullable Instant trainedTo(ModelVersion version) {
        try {
            return Instant.parse(version.report().path("data").path("to").asText("unknown"));
        } catch (DateTimeException untold) {
            return null;
        }
    }

    private static int number(RegisteredModel model, String text) {
        Integer alias =
                switch (text) {
                    case "champion" -> model.champion();
                    case "challenger" -> model.challenger();
                    case "previous" -> model.previous();
                    default -> whole(model, text);
                };
        if (alias == null) {
            throw noSuchVersion(model.name(), text);
        }
        return alias;
    }

    private static int whole(RegisteredModel model, String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw noSuchVersion(model.name(), text);
        }
    }

    private static Failure noSuchVersion(String model, String text) {
        return new Failure(
                Failure.Category.NOT_FOUND,
                "no-such-version",
                "%s has no version '%s': give a number, champion, challenger, previous or %s"
                        .formatted(model, text, BacktestRequest.AS_IT_WOULD_HAVE_BEEN));
    }

    /** A version that is asked about what it was trained on looks better than it is. */
    static void requireUnseen(
            String model, List<Stage> stages, Instant from, Instant to, boolean allowed) {
        if (allowed) {
            return;
        }
        for (int i = 0; i < stages.size(); i++) {
            Stage stage = stages.get(i);
            Instant begin = stage.from().isBefore(from) ? from : stage.from();
            Instant end = i + 1 < stages.size() ? stages.get(i + 1).from() : to;
            if (begin.isBefore(end) && stage.hasSeen(begin.toEpochMilli())) {
                throw new Failure(
                        Failure.Category.INVALID,
                        "in-sample",
                        (stage.trainedTo() == null
                                        ? "the report of version %d of %s does not say what it was trained on"
                                                .formatted(stage.version(), model)
                                        : "version %d of %s was trained on closes up to %s, so that from %s on it would be asked what it"
                                                        .formatted(
                                                                stage.version(),
                                                                model,
                                                                stage.trainedTo(),
                                                                begin)
                                                + " knows")
                                + ": begin later, or say \"allow_in_sample\": true");
            }
        }
    }

    List<Symbol> symbols(BacktestRequest request, MarketSpec market, BacktestPeriod period) {
        List<Symbol> stored = past.symbols(period);
        List<Symbol> covered =
                stored.stream()
                        .filter(symbol -> market.covers(period.feed(), symbol, period.timeframe()))
                        .toList();
        List<String> wanted = request.symbols();
        if (wanted == null || wanted.isEmpty()) {
            if (covered.isEmpty() || covered.size() > MAX_SYMBOLS) {
                throw invalid(
                        "%d symbols of the model have candles in the period, 1 to %d can be traded: give symbols"
                                .formatted(covered.size(), MAX_SYMBOLS));
            }
            return covered;
        }
        List<Symbol> chosen = new ArrayList<>();
        for (String name : wanted) {
            Symbol symbol = checked(() -> new Symbol(name));
            if (!covered.contains(symbol)) {
                throw invalid(
                        "%s has no candles in the period, or the model does not speak for it"
                                .formatted(symbol));
            }
            chosen.add(symbol);
        }
        return chosen;
    }

    static <T> T checked(Supplier<T> making) {
        try {
            return making.get();
        } catch (IllegalArgumentException refused) {
            throw invalid(String.valueOf(refused.getMessage()));
        }
    }

    static Failure invalid(String message) {
        return new Failure(Failure.Category.INVALID, "invalid-field", message);
    }
}
