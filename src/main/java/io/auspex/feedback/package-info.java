/**
 * Owns what became of signals: their outcomes, the live figures of models, the drift of features.
 *
 * <p>One flow: signals were published, and {@code FeedbackLoop} wakes on its own thread. When the
 * horizon of a signal has passed, its outcome is written beside it; outcomes become the {@link
 * io.auspex.feedback.OutcomeWindow}s of a model's {@link io.auspex.feedback.LiveFigures}, which
 * whoever decides about refits reads from a {@link io.auspex.feedback.LiveFiguresSource}. The
 * guards of {@link io.auspex.feedback.LiveFeedback} hold signals back when the champion's interval
 * no longer holds or a row is far from what training saw.
 *
 * <p>Arrows: {@code feedback -> signals, serving, registry, model, features, ingest}.
 */
@NullMarked
package io.auspex.feedback;

import org.jspecify.annotations.NullMarked;
