package io.auspex.ensemble;

import io.auspex.features.FeatureEngine;
import io.auspex.ingest.CandleStore;
import io.auspex.market.Timeframe;
import io.auspex.model.TargetSpec;
import io.auspex.platform.Await;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Calibrations of the indicator rules: fitted on stored candles, and kept, so that a restart goes
 * on with the one before. Blocking: call it from a virtual thread.
 */
@ApplicationScoped
class RuleCalibrations {

    private static final String NEWEST =
            """
            select calibration::text as calibration from rule_calibration
            where feed = $1 and timeframe = $2 order by id desc limit 1
            """;

    private static final String ALL =
            """
            select calibration::text as calibration from rule_calibration
            where feed = $1 and timeframe = $2 order by id desc limit 1000
            """;

    private static final String INSERT =
            """
            insert into rule_calibration (feed, timeframe, calibration)
            values ($1, $2, $3::text::jsonb)
            """;

    private final Pool pool;
    private final CandleStore candles;
    private final EnsembleConfig config;

    RuleCalibrations(Pool pool, CandleStore candles, EnsembleConfig config) {
        this.pool = pool;
        this.candles = candles;
        this.config = config;
    }

    /** The newest stored one of these rules; empty when there is none. */
    Optional<RuleCalibration> newest(String feed, Timeframe base) {
        return Await.item(() ->
                pool.preparedQuery(NEWEST)
                        .execute(Tuple.of(feed, base.code()))
                        .map(rows ->
                                rows.stream()
                                        .map(RuleCalibrations::calibration)
                                        .filter(found -> found.rules() == IndicatorRules.VERSION)
                                        .findFirst()));
    }

    /** The stored one that a receipt names; empty when it is not there any more. */
    Optional<RuleCalibration> of(String feed, Timeframe base, String identity) {
        return Await.item(() ->
                pool.preparedQuery(ALL)
                        .execute(Tuple.of(feed, base.code()))
                        .map(rows ->
                                rows.stream()
                                        .map(RuleCalibrations::calibration)
                                        .filter(found -> found.identity().equals(identity))
                                        .findFirst()));
    }

    /** Fits one on the newest candles and keeps it; empty when there are too few. */
    Optional<RuleCalibration> renewed(
            String feed, Timeframe base, TargetSpec targets, int symbols, long toMillis) {
        Optional<RuleCalibration> fitted = fit(feed, base, targets, symbols, toMillis);
        fitted.ifPresent(calibration ->
                Await.item(() ->
                        pool.preparedQuery(INSERT)
                                .execute(
                                        Tuple.of(
                                                feed,
                                                base.code(),
                                                JsonColumns.write(calibration)))));
        return fitted;
    }

    /**
     * Fits one on the candles up to a moment, and none after it.
     *
     * @param symbols of the market, so that the bound on candles can be kept
     */
    Optional<RuleCalibration> fit(
            String feed, Timeframe base, TargetSpec targets, int symbols, long toMillis) {
        IndicatorRules rules = new IndicatorRules(base);
        RuleScores scores = new RuleScores(rules, targets, base);
        long closes = Math.max(1, config.ruleCandles() / Math.max(1, symbols));
        long needed = FeatureEngine.requiredHistoryMillis(rules.schema(), base);
        candles.forEachClose(
                feed, base, toMillis - closes * base.millis() - needed, toMillis, scores::accept);
        return scores.calibration();
    }

    private static RuleCalibration calibration(Row row) {
        return JsonColumns.read(row.getString("calibration"), RuleCalibration.class);
    }
}
