package io.auspex.ensemble;

import io.auspex.ingest.CandleStore;
import io.auspex.market.MarketClose;
import io.auspex.platform.Await;
import io.auspex.registry.ModelRegistry;
import io.auspex.serving.PastMarket;
import io.auspex.serving.PastModel;
import io.auspex.signals.DecisionRule;
import io.auspex.signals.Expiry;
import io.auspex.signals.PendingSignal;
import io.auspex.signals.SignalMaker;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session's replay with everything that it needs from outside: the versions that its plan names,
 * opened beside the serving ones, the features of their schemas, computed by the code of the live
 * path from stored candles, and the rules' calibration. Guards are left out: what they looked at is
 * the market of now. Blocking; one owner; close it.
 */
final class SessionReplay implements AutoCloseable, Replay.Past {

    private final List<PastModel> models = new ArrayList<>();
    private final PastMarket market;
    private final SignalMaker maker;
    private final Replay replay;

    SessionReplay(
            SessionPlan plan,
            DecisionRule rule,
            LearningRule learning,
            ModelRegistry registry,
            CandleStore candles,
            EnsembleRecords records,
            @Nullable Checkpoint checkpoint,
            @Nullable RuleCalibration calibration) {
        this.market = new PastMarket(candles, plan.feed(), plan.timeframe());
        this.maker = new SignalMaker(rule, List.of(), Expiry.UNTIL_THE_NEXT_CLOSE);
        long through =
                checkpoint == null ? plan.after().toEpochMilli() : checkpoint.throughMillis();
        List<Member> members = new ArrayList<>();
        boolean opened = false;
        try {
            for (SessionPlan.Planned planned : plan.members()) {
                members.add(member(plan, planned, registry, records, through, calibration));
            }
            opened = true;
        } finally {
            if (!opened) {
                close();
            }
        }
        this.replay =
                new Replay(
                        rule,
                        plan.exitRule(),
                        learning,
                        members,
                        plan.base(),
                        plan.weightsRevision(),
                        this,
                        checkpoint == null ? Replay.State.FRESH : checkpoint.replay());
    }

    private Member member(
            SessionPlan plan,
            SessionPlan.Planned planned,
            ModelRegistry registry,
            EnsembleRecords records,
            long through,
            @Nullable RuleCalibration calibration) {
        String model = planned.model();
        if (model == null && !planned.name().equals(Members.TRADING)) {
            return new RecordedMember(planned.name(), records);
        }
        if (model == null) {
            IndicatorRules rules = new IndicatorRules(plan.timeframe());
            market.use(rules.schema(), through);
            return new RuleMember(rules, calibration);
        }
        byte[] onnx = Await.item(() -> registry.artefact(model, planned.version()));
        PastModel past = PastModel.open(onnx, model, planned.version(), planned.unproven());
        models.add(past);
        market.use(past.model().schema(), through);
        return new ModelMember(planned.name(), model);
    }

    @Override
    public Question question(MarketClose close) {
        market.accept(close);
        List<PendingSignal> said = new ArrayList<>();
        for (PastModel past : models) {
            said.addAll(maker.signals(past.model(), close, market::vectors));
        }
        return new Question(close, said, market::vectors);
    }

    /** Takes the next close. */
    List<Replay.Closed> accept(MarketClose close) {
        return replay.accept(close);
    }

    Replay replay() {
        return replay;
    }

    @Override
    public void close() {
        models.forEach(PastModel::close);
        models.clear();
    }
}
