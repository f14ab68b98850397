/**
 * Owns what runs beside a champion on live closes: a challenger before it may take over, and the
 * champion before, for a while after it was replaced.
 *
 * <p>One flow: {@code ShadowRunner} hears the champion's signals of a close from {@link
 * io.auspex.signals.SignalHub}, has the version in the shadow score the same vectors, and stores
 * both answers. When the outcomes of enough closes are known, {@code TrialRule} compares the
 * losses; then the champion stays, goes back to the one before it, or is replaced by its
 * challenger, with the figures as the reason. What runs follows from the registry alone, so that a
 * restart goes on where it was. Predictions of the shadow are no signals: nobody is sent them.
 *
 * <p>Arrows: {@code shadow -> signals, serving, registry, dataset, model, features}.
 */
@NullMarked
package io.auspex.shadow;

import org.jspecify.annotations.NullMarked;
