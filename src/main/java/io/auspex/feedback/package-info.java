/**
 * Owns what became of signals: their outcomes, the live figures of models, the drift of features.
 *
 * <p>One flow: when the horizon of a signal has passed, its outcome is written beside it; outcomes
 * become the {@link io.auspex.feedback.OutcomeWindow}s of a model's {@link
 * io.auspex.feedback.LiveFigures}, which whoever decides about refits reads from a {@link
 * io.auspex.feedback.LiveFiguresSource}.
 *
 * <p>Arrows: {@code feedback -> signals, serving, registry, model, features}.
 */
@NullMarked
package io.auspex.feedback;

import org.jspecify.annotations.NullMarked;
