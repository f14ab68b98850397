/**
 * Owns what people and programs that operate Auspex look at and do: status, models and their
 * versions, refits, the ledger's signals.
 *
 * <p>One flow: {@code POST /api/models/{name}/train} asks {@link io.auspex.retraining.RefitService}
 * for a refit and answers 202 with it; {@code GET /api/refits/{id}} follows its progress.
 *
 * <p>May import everything but the other parts of the API; {@link io.auspex.api.problem} it shares.
 */
@NullMarked
package io.auspex.api.admin;

import org.jspecify.annotations.NullMarked;
