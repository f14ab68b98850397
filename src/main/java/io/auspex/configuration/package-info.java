/**
 * Owns the configuration that can be changed while the service runs, as one document: the switch of
 * the trainer, the members of the ensemble with their weights, and of every model its policy and
 * its rules of retraining. It reads and writes what other packages own, through them.
 *
 * <p>One flow: a document arrives; {@code ConfigurationReader} lists everything that is wrong with
 * it; {@link io.auspex.configuration.ConfigurationService} then locks what it would change,
 * compares the present configuration with what the caller expected, and writes the differences in
 * one transaction.
 *
 * <p>Arrows: {@code configuration -> ensemble, triggers, shadow, registry}.
 */
@NullMarked
package io.auspex.configuration;

import org.jspecify.annotations.NullMarked;
