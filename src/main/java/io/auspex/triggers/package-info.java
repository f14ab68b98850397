/**
 * Owns when a model is refitted: the rules of each model, the decision at every close with its
 * figures, the switch of the trainer, and the refresh of data.
 *
 * <p>One flow: a close has been handled; {@code RefitTriggers} puts what is known of each model of
 * that feed into {@code RefitInputs}, and the pure {@code RefitDecider} says Start or Wait with one
 * sentence. A start goes to {@link io.auspex.retraining.RefitService} in one transaction with its
 * record; a changed decision is recorded and told as {@link io.auspex.triggers.RetrainingDecision}.
 * Nothing here waits for the database on the feed's thread.
 *
 * <p>Arrows: {@code triggers -> retraining, feedback, registry, ingest, model}.
 */
@NullMarked
package io.auspex.triggers;

import org.jspecify.annotations.NullMarked;
