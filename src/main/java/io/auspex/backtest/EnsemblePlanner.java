package io.auspex.backtest;

import io.auspex.backtest.BacktestRequest.PaperRequest;
import io.auspex.backtest.VersionPlan.MemberStages;
import io.auspex.backtest.VersionPlan.Stage;
import io.auspex.ensemble.EnsembleTerms.WeightStage;
import io.auspex.ensemble.PastEnsembles;
import io.auspex.ensemble.PastEnsembles.Period;
import io.auspex.ingest.CandleStore;
import io.auspex.ingest.IngestStatus;
import io.auspex.market.Timeframe;
import io.auspex.model.ModelKind;
import io.auspex.model.ModelSpec;
import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.registry.ModelRegistry;
import io.auspex.registry.RegisteredModel;
import io.auspex.retraining.FeedModel;
import io.auspex.signals.DecisionRule;
import io.auspex.signals.SignalPipeline;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Makes a plan of a request for the ensemble: who takes part in which version from when on, with
 * which weights, and by which calibration of the rules. Blocking.
 */
@ApplicationScoped
class EnsemblePlanner {

    private static final String CHAMPION = "champion";

    private final BacktestPlanner planner;
    private final PastEnsembles ensembles;
    private final ModelRegistry registry;
    private final CandleStore candles;
    private final PastRecords past;
    private final IngestStatus ingest;
    private final SignalPipeline pipeline;
    private final BacktestConfig config;

    EnsemblePlanner(
            BacktestPlanner planner,
            PastEnsembles ensembles,
            ModelRegistry registry,
            CandleStore candles,
            PastRecords past,
            IngestStatus ingest,
            SignalPipeline pipeline,
            BacktestConfig config) {
        this.planner = planner;
        this.ensembles = ensembles;
        this.registry = registry;
        this.candles = candles;
        this.past = past;
        this.ingest = ingest;
        this.pipeline = pipeline;
        this.config = config;
    }

    /** Who takes part, and why the others do not. */
    private record Panel(
            List<MemberStages> members, Map<String, Long> recorded, Map<String, String> leftOut) {

        List<String> canAnswer() {
            List<String> names = new ArrayList<>(List.of(PastEnsembles.RULES));
            members.forEach(member -> names.add(member.member()));
            names.addAll(recorded.keySet());
            return names;
        }
    }

    /**
     * The plan.
     *
     * @throws Failure INVALID {@code invalid-field}, {@code in-sample}, {@code no-candles}, {@code
     *     too-many-weights}; CONFLICT {@code too-few-members}; NOT_FOUND {@code no-such-version}
     */
    BacktestPlan plan(BacktestRequest request) {
        boolean asItWas = asItWas(request);
        Timeframe timeframe = timeframe();
        String feed = feed(request);
        ModelSpec spec = FeedModel.spec(FeedModel.name(feed, timeframe), feed, timeframe);
        Instant first =
                BacktestPlanner.stored(
                        candles.extent(feed, timeframe).firstCloseTimeMillis(), feed);
        Instant last = BacktestPlanner.stored(candles.lastClose(feed, timeframe), feed);
        Instant to = request.to() == null || request.to().isAfter(last) ? last : request.to();
        boolean allowed = Boolean.TRUE.equals(request.allowInSample());
        Instant from = from(request, asItWas, allowed, feed, timeframe, first, to);
        if (!from.isBefore(to)) {
            throw new Failure(
                    Failure.Category.INVALID,
                    "no-candles",
                    "there is nothing from %s to %s: %s has closes from %s to %s%s"
                            .formatted(
                                    from,
                                    to,
                                    feed,
                                    first,
                                    last,
                                    request.from() != null || asItWas
                                            ? ""
                                            : ", and without from it begins after what every member was trained on"));
        }
        Period period =
                new Period(
                        feed,
                        timeframe,
                        from,
                        to,
                        past.symbols(new BacktestPeriod(feed, timeframe, from, to)).size());
        List<WeightStage> weights = ensembles.weights(period, request.weights());
        Panel panel = panel(request, asItWas, period, weights);
        for (MemberStages member : panel.members()) {
            BacktestPlanner.requireUnseen(member.model(), member.stages(), from, to, allowed);
        }
        DecisionRule rule = request.rule() == null ? pipeline.rule() : request.rule();
        return BacktestPlanner.checked(() ->
                new BacktestPlan(
                        PastEnsembles.NAME,
                        feed,
                        timeframe,
                        planner.symbols(
                                request,
                                spec.market(),
                                new BacktestPeriod(feed, timeframe, from, to)),
                        from,
                        to,
                        new VersionPlan(
                                List.of(),
                                null,
                                new VersionPlan.Ensemble(
                                        panel.members(),
                                        ensembles.terms(
                                                period,
                                                weights,
                                                asItWas,
                                                request.learn(),
                                                panel.canAnswer(),
                                                panel.recorded(),
                                                panel.leftOut(),
                                                rule))),
                        rule,
                        planner.rules(
                                Objects.requireNonNullElse(request.rules(), PaperRequest.NONE),
                                spec.targets()),
                        allowed,
                        Objects.requireNonNullElse(request.seed(), 1L),
                        Objects.requireNonNullElse(request.randomDraws(), config.randomDraws())));
    }

    private static boolean asItWas(BacktestRequest request) {
        if (request.versions() != null) {
            throw BacktestPlanner.invalid(
                    "of the ensemble say members: {\"lgbm_ai\": \"3\"} instead of versions");
        }
        if (request.refitSchedule() != null || request.refitZone() != null) {
            throw BacktestPlanner.invalid(
                    "refits inside a backtest are of single models: leave refit_schedule out");
        }
        String version = Objects.requireNonNullElse(request.version(), CHAMPION);
        if (!version.equals(CHAMPION) && !version.equals(BacktestRequest.AS_IT_WAS)) {
            throw BacktestPlanner.invalid(
                    "the version of the ensemble is champion or %s, and members: {\"lgbm_ai\": \"3\"} says others: '%s'"
                            .formatted(BacktestRequest.AS_IT_WAS, version));
        }
        return version.equals(BacktestRequest.AS_IT_WAS);
    }

    private Timeframe timeframe() {
        return ingest.snapshot().timeframe().map(Timeframe::of).orElse(Timeframe.FIVE_MINUTES);
    }

    private String feed(BacktestRequest request) {
        String wanted = request.feed();
        if (wanted != null) {
            return wanted;
        }
        return ingest.snapshot()
                .feed()
                .orElseThrow(() ->
                        BacktestPlanner.invalid(
                                "no feed runs here: give the feed whose candles are stored"));
    }

    private Instant from(
            BacktestRequest request,
            boolean asItWas,
            boolean allowed,
            String feed,
            Timeframe timeframe,
            Instant first,
            Instant to) {
        Instant wanted = request.from();
        if (wanted != null) {
            return wanted.isBefore(first) ? first : wanted;
        }
        if (asItWas) {
            return ensembles
                    .firstSpoken(feed, timeframe)
                    .orElseThrow(() ->
                            new Failure(
                                    Failure.Category.INVALID,
                                    "no-ensemble-signals",
                                    "the ledger has no signal of the ensemble on %s: switch it on with --ensemble.enabled=true, or leave version out"
                                            .formatted(feed)));
        }
        if (allowed || !first.isBefore(to)) {
            return first;
        }
        Period all = new Period(feed, timeframe, first, to, 0);
        Instant unseen = first;
        for (MemberStages member :
                panel(request, false, all, ensembles.weights(all, request.weights())).members()) {
            Instant trainedTo = member.stages().getFirst().trainedTo();
            if (trainedTo != null && !trainedTo.isBefore(unseen)) {
                unseen = trainedTo.plusMillis(timeframe.millis());
            }
        }
        return unseen;
    }

    /** Everybody who has a weight at some time of the period. */
    private Panel panel(
            BacktestRequest request, boolean asItWas, Period period, List<WeightStage> weights) {
        TreeSet<String> names = new TreeSet<>();
        weights.forEach(stage ->
                stage.weights()
                        .forEach((member, weight) -> {
                            if (weight > 0) {
                                names.add(member);
                            }
                        }));
        Map<String, String> given = Objects.requireNonNullElse(request.members(), Map.of());
        given.keySet().stream()
                .filter(name -> !names.contains(name) || name.equals(PastEnsembles.RULES))
                .findFirst()
                .ifPresent(name -> {
                    throw BacktestPlanner.invalid(
                            "%s is no member with a weight and a model in the period; those with a weight are %s"
                                    .formatted(name, names));
                });
        List<MemberStages> members = new ArrayList<>();
        Map<String, Long> recorded = new LinkedHashMap<>();
        Map<String, String> leftOut = new LinkedHashMap<>();
        for (String name : ensembles.inOrder(names)) {
            if (name.equals(PastEnsembles.RULES)) {
                continue;
            }
            Optional<String> model = ensembles.model(name, period.feed(), period.timeframe());
            if (model.isEmpty()) {
                long closes = ensembles.recorded(name, period);
                if (closes > 0) {
                    recorded.put(name, closes);
                } else {
                    leftOut.put(
                            name,
                            "it cannot be asked about the past, and no answer of it is recorded in the period");
                }
                continue;
            }
            List<Stage> stages = stages(name, model.get(), given.get(name), asItWas, period);
            if (stages.isEmpty()) {
                leftOut.put(name, "no version of " + model.get() + " speaks for this market");
            } else {
                members.add(new MemberStages(name, model.get(), stages));
            }
        }
        return new Panel(members, recorded, leftOut);
    }

    /** None for a model that is not there, or has no version that speaks. */
    private List<Stage> stages(
            String member, String name, @Nullable String given, boolean asItWas, Period period) {
        Optional<RegisteredModel> model =
                Await.item(() -> registry.model(name))
                        .filter(known -> known.spec().kind() == ModelKind.MARKET)
                        .filter(known -> known.spec().market().coversFeed(period.feed()));
        if (given != null) {
            return List.of(
                    planner.stage(
                            model.orElseThrow(() ->
                                    BacktestPlanner.invalid(
                                            "no model %s of %s speaks for %s"
                                                    .formatted(name, member, period.feed()))),
                            given,
                            period.from()));
        }
        if (model.isEmpty()) {
            return List.of();
        }
        if (!asItWas) {
            return model.get().champion() == null
                    ? List.of()
                    : List.of(planner.stage(model.get(), CHAMPION, period.from()));
        }
        List<Stage> stages = new ArrayList<>();
        ensembles
                .spoken(name, period)
                .forEach((from, version) ->
                        stages.add(planner.stage(model.get(), String.valueOf(version), from)));
        return stages;
    }
}
