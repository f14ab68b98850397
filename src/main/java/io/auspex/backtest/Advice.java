package io.auspex.backtest;

import io.auspex.feedback.FeatureDrift;
import io.auspex.feedback.LiveFigures;
import io.auspex.feedback.OutcomeWindow;
import io.auspex.model.ModelSpec;
import io.auspex.registry.VersionState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Recommendations by stated rules, each with the figure that makes it speak: a pure function of
 * what is known. The thresholds are in {@code docs/backtest.md}; they say what is worth trying, not
 * what is proven.
 *
 * @param champion null when none was ever promoted
 * @param versions newest first
 * @param live null when there are no live figures
 * @param correlations the most correlated first
 */
record Advice(
        ModelSpec spec,
        @Nullable VersionFigures champion,
        List<VersionFigures> versions,
        @Nullable LiveFigures live,
        List<SymbolCorrelation> correlations) {

    /** Skill that the second half of the folds must have beyond the first, or lack. */
    static final double FOLD_GAIN = 0.005;

    /** Share of the window that must be used before it counts as the limit. */
    static final double WINDOW_FULL = 0.95;

    /** A feature with less of the gain, in each of the newest versions, is idle. */
    static final double IDLE_SHARE = 0.002;

    /** Idle features, as a share of all, from which on fewer are worth trying. */
    static final double IDLE_FEATURES = 0.25;

    /** Correlated symbols' share of the gain below which they are not worth their price. */
    static final double CORRELATED_IDLE = 0.01;

    /** Correlation from which on another symbol is worth being looked at. */
    static final double CORRELATED = 0.5;

    /** Mean correlation from which on positions are nearly one bet. */
    static final double ONE_BET = 0.8;

    /** Rise of live log loss over that of the base rates from the first third to the last. */
    static final double DECAY = 0.01;

    /** Share of refits that the gate refused from which on they come too often. */
    static final double REFUSED = 0.8;

    static final double CALIBRATION = 0.03;

    /** Distance of the live coverage from 80 %. */
    static final double COVERAGE = 0.1;

    static final double PSI = 0.25;

    private static final int NEWEST = 5;
    private static final int MIN_WINDOWS = 6;
    private static final int MIN_DECIDED = 5;
    private static final int MIN_OUTCOMES = 200;
    private static final int LISTED = 12;

    List<Recommendation> recommendations() {
        return Stream.of(
                        window(),
                        fewerFeatures(),
                        correlatedFeatures(),
                        anotherSymbol(),
                        oneBet(),
                        refitInterval(),
                        calibration(),
                        coverage(),
                        drift())
                .flatMap(Optional::stream)
                .toList();
    }

    private Optional<Recommendation> window() {
        if (champion == null || champion.firstFolds() == null || champion.lastFolds() == null) {
            return Optional.empty();
        }
        double gain = champion.lastFolds() - champion.firstFolds();
        String figure =
                "skill of the second half of version %d's folds less that of the first"
                        .formatted(champion.version());
        if (gain >= FOLD_GAIN) {
            return Optional.of(
                    new Recommendation(
                            "longer-window",
                            windowIsFull()
                                    ? "More history has made the folds better and the window is full: raise window_candles beyond %d."
                                            .formatted(spec.windowCandles())
                                    : "More history has made the folds better and the window of %d candles is not full yet: collect or load more history."
                                            .formatted(spec.windowCandles()),
                            figure,
                            gain,
                            FOLD_GAIN));
        }
        if (gain <= -FOLD_GAIN && worstDrift().map(FeatureDrift::psi).orElse(0.0) > PSI) {
            return Optional.of(
                    new Recommendation(
                            "shorter-window",
                            "More history has made the folds worse and the features have moved: try a window shorter than %d candles."
                                    .formatted(spec.windowCandles()),
                            figure,
                            gain,
                            -FOLD_GAIN));
        }
        return Optional.empty();
    }

    private boolean windowIsFull() {
        VersionFigures version = Objects.requireNonNull(champion);
        if (version.trainedFrom() == null || version.trainedTo() == null) {
            return false;
        }
        double candles =
                (double) (version.trainedTo().toEpochMilli() - version.trainedFrom().toEpochMilli())
                        / spec.market().timeframe().millis();
        return candles >= WINDOW_FULL * spec.windowCandles();
    }

    private Optional<Recommendation> fewerFeatures() {
        List<VersionFigures> newest = told();
        if (newest.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Double> first = newest.getFirst().importance();
        List<String> idle =
                first.keySet().stream()
                        .filter(feature ->
                                newest.stream()
                                        .allMatch(version ->
                                                version.importance().getOrDefault(feature, 0.0)
                                                        < IDLE_SHARE))
                        .sorted()
                        .toList();
        double share = (double) idle.size() / first.size();
        return share < IDLE_FEATURES
                ? Optional.empty()
                : Optional.of(
                        new Recommendation(
                                "fewer-features",
                                "%d of %d features had less than %.1f %% of the gain in each of the newest %d versions: leave families out, for example %s%s."
                                        .formatted(
                                                idle.size(),
                                                first.size(),
                                                100 * IDLE_SHARE,
                                                newest.size(),
                                                String.join(
                                                        ", ",
                                                        idle.subList(
                                                                0, Math.min(LISTED, idle.size()))),
                                                idle.size() > LISTED ? ", ..." : ""),
                                "share of features that are idle",
                                share,
                                IDLE_FEATURES));
    }

    /** Versions whose report tells of importance, the newest few. */
    private List<VersionFigures> told() {
        return versions.stream()
                .filter(version -> !version.importance().isEmpty())
                .limit(NEWEST)
                .toList();
    }

    private Optional<Recommendation> correlatedFeatures() {
        List<VersionFigures> newest = told();
        if (newest.isEmpty() || !hasCorrelated(newest.getFirst())) {
            return Optional.empty();
        }
        double share = newest.stream().mapToDouble(Advice::correlatedShare).average().orElse(0);
        return share >= CORRELATED_IDLE
                ? Optional.empty()
                : Optional.of(
                        new Recommendation(
                                "drop-correlated-symbols",
                                "The features of correlated symbols bring nearly nothing: leave them out, every close is cheaper and a missing candle of theirs costs no signal.",
                                "mean share of the gain of correlated symbols' features",
                                share,
                                CORRELATED_IDLE));
    }

    private Optional<Recommendation> anotherSymbol() {
        List<VersionFigures> newest = told();
        if (newest.isEmpty() || hasCorrelated(newest.getFirst()) || correlations.isEmpty()) {
            return Optional.empty();
        }
        SymbolCorrelation most = correlations.getFirst();
        return most.correlation() < CORRELATED
                ? Optional.empty()
                : Optional.of(
                        new Recommendation(
                                "add-correlated-symbols",
                                "No feature looks at another symbol, but %s and %s move together: declare the leading one as a correlated asset of the features."
                                        .formatted(most.first(), most.second()),
                                "correlation of %s and %s over %d returns"
                                        .formatted(most.first(), most.second(), most.returns()),
                                most.correlation(),
                                CORRELATED));
    }

    private Optional<Recommendation> oneBet() {
        if (correlations.isEmpty()) {
            return Optional.empty();
        }
        double mean =
                correlations.stream()
                        .mapToDouble(SymbolCorrelation::correlation)
                        .average()
                        .orElse(0);
        return mean < ONE_BET
                ? Optional.empty()
                : Optional.of(
                        new Recommendation(
                                "one-bet",
                                "The symbols move nearly as one, so that positions in several of them are one bet: allow fewer at a time.",
                                "mean correlation of %d pairs".formatted(correlations.size()),
                                mean,
                                ONE_BET));
    }

    private Optional<Recommendation> refitInterval() {
        Optional<Double> decay = decay();
        if (decay.isPresent() && decay.get() >= DECAY) {
            return Optional.of(
                    new Recommendation(
                            "refit-more-often",
                            "The champion's live loss has risen with its age: choose a shorter interval.",
                            "rise of live log loss over the base rates' from the first third of windows to the last",
                            decay.get(),
                            DECAY));
        }
        List<VersionFigures> decided =
                versions.stream()
                        .filter(version -> version.state() != VersionState.CANDIDATE)
                        .limit(2 * NEWEST)
                        .toList();
        if (decided.size() < MIN_DECIDED) {
            return Optional.empty();
        }
        double refused =
                (double)
                                decided.stream()
                                        .filter(version -> version.state() == VersionState.REJECTED)
                                        .count()
                        / decided.size();
        return refused < REFUSED || decay.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Recommendation(
                                "refit-less-often",
                                "The gate refuses nearly every refit and the champion does not get worse: a longer interval costs nothing.",
                                "share of the newest %d versions that were rejected"
                                        .formatted(decided.size()),
                                refused,
                                REFUSED));
    }

    /** Empty with too few windows. */
    private Optional<Double> decay() {
        List<OutcomeWindow> windows = live == null ? List.of() : live.windows();
        if (windows.size() < MIN_WINDOWS) {
            return Optional.empty();
        }
        int third = windows.size() / 3;
        return Optional.of(
                ratio(windows.subList(windows.size() - third, windows.size()))
                        - ratio(windows.subList(0, third)));
    }

    private static double ratio(List<OutcomeWindow> windows) {
        return windows.stream()
                .mapToDouble(window -> window.logLoss() / window.baseLogLoss())
                .average()
                .orElse(0);
    }

    private Optional<Recommendation> calibration() {
        Double error = champion == null ? null : champion.calibrationError();
        return error == null || error < CALIBRATION
                ? Optional.empty()
                : Optional.of(
                        new Recommendation(
                                "calibrate",
                                "The probabilities of the champion do not mean what they say: give calibration more rows (a longer window, fewer folds) or the trees less freedom.",
                                "expected calibration error of version %d out of sample"
                                        .formatted(Objects.requireNonNull(champion).version()),
                                error,
                                CALIBRATION));
    }

    private Optional<Recommendation> coverage() {
        OutcomeWindow recent = live == null ? null : live.recent();
        Double coverage =
                recent == null || recent.outcomes() < MIN_OUTCOMES ? null : recent.coverage();
        return coverage == null || Math.abs(coverage - 0.8) < COVERAGE
                ? Optional.empty()
                : Optional.of(
                        new Recommendation(
                                "refit-now",
                                String.format(
                                        Locale.ROOT,
                                        "The 80 %% interval held %.0f %% of the newest returns: the market has another width than the one that was learnt.",
                                        100 * coverage),
                                "distance of the live coverage from 80 %",
                                Math.abs(coverage - 0.8),
                                COVERAGE));
    }

    private Optional<Recommendation> drift() {
        return worstDrift()
                .filter(worst -> worst.psi() > PSI)
                .map(worst -> {
                    List<String> moved = new ArrayList<>();
                    for (FeatureDrift feature : Objects.requireNonNull(live).drift()) {
                        if (feature.psi() > PSI && moved.size() < LISTED) {
                            moved.add(feature.feature());
                        }
                    }
                    return new Recommendation(
                            "moved-features",
                            "Live features are not what was learnt (%s): refit, or leave out what goes on moving."
                                    .formatted(String.join(", ", moved)),
                            "population stability index of " + worst.feature(),
                            worst.psi(),
                            PSI);
                });
    }

    private Optional<FeatureDrift> worstDrift() {
        return live == null
                ? Optional.empty()
                : live.drift().stream().max(Comparator.comparingDouble(FeatureDrift::psi));
    }

    /** Features of another symbol are named {@code .../BTCUSDT}. */
    private static boolean hasCorrelated(VersionFigures version) {
        return version.importance().keySet().stream().anyMatch(name -> name.contains("/"));
    }

    private static double correlatedShare(VersionFigures version) {
        return version.importance().entrySet().stream()
                .filter(share -> share.getKey().contains("/"))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }
}
