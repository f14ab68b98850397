package io.auspex.triggers;

import io.auspex.feedback.LiveFigures;
import io.auspex.feedback.LiveFiguresSource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Knows what a test tells it. */
@Alternative
@ApplicationScoped
class ToldFigures implements LiveFiguresSource {

    private final Map<String, LiveFigures> figures = new ConcurrentHashMap<>();

    void tell(String model, LiveFigures told) {
        figures.put(model, told);
    }

    void forget(String model) {
        figures.remove(model);
    }

    @Override
    public Optional<LiveFigures> figures(String model) {
        return Optional.ofNullable(figures.get(model));
    }
}
