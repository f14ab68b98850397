/**
 * Owns the way from a prediction to a published signal: the decision, the ledger, the publication.
 *
 * <p>One flow: a {@link io.auspex.market.MarketClose} reaches the {@link
 * io.auspex.signals.SignalPipeline}, which advances the live features, asks every champion whose
 * market it is for a prediction a symbol, asks every {@link io.auspex.signals.SignalGuard} whether
 * it may be said, lets the {@link io.auspex.signals.DecisionRule} decide, appends all signals of
 * the close to the {@link io.auspex.signals.SignalLedger} in one statement, and only after that
 * commit hands them to the {@link io.auspex.signals.SignalHub}. While the database is away they go
 * to a local spool and to the hub as provisional ones. Each has a {@link
 * io.auspex.signals.Receipt}, from which {@link io.auspex.signals.SignalReplay} computes it again.
 *
 * <p>May import serving and what serving may import; nobody below imports it.
 */
@NullMarked
package io.auspex.signals;

import org.jspecify.annotations.NullMarked;
