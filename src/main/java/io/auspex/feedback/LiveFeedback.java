package io.auspex.feedback;

import io.auspex.serving.FeatureVector;
import io.auspex.serving.ServingModel;
import io.auspex.signals.SignalGuard;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The live figures of every champion that serves here, and its guards. {@link FeedbackLoop} keeps
 * them; until it has loaded a new champion's, its rows pass.
 */
@ApplicationScoped
public class LiveFeedback implements LiveFiguresSource, SignalGuard {

    private final Map<String, ChampionFeedback> champions = new ConcurrentHashMap<>();

    @Override
    public Optional<LiveFigures> figures(String model) {
        return champion(model).map(ChampionFeedback::figures);
    }

    @Override
    public Optional<String> reasonToAbstain(ServingModel model, FeatureVector row) {
        ChampionFeedback champion = champions.get(model.name());
        return champion == null || champion.version() != model.version()
                ? Optional.empty()
                : champion.reasonToAbstain(row);
    }

    /** What the guards of a model's champion do now; none when it has no champion. */
    public List<GuardState> guards(String model) {
        return champion(model).map(ChampionFeedback::guards).orElseGet(List::of);
    }

    Optional<ChampionFeedback> champion(String model) {
        return Optional.ofNullable(champions.get(model));
    }

    void follow(ChampionFeedback champion) {
        champions.put(champion.model(), champion);
    }

    /** Of a model that does not serve any more. */
    void forget(String model) {
        champions.remove(model);
    }

    List<ChampionFeedback> champions() {
        return List.copyOf(champions.values());
    }
}
