package io.auspex.ensemble;

import io.auspex.model.Head;
import io.auspex.platform.Await;
import io.auspex.platform.Failure;
import io.auspex.signals.Action;
import io.auspex.signals.DecisionRule;
import io.auspex.signals.Receipt;
import io.auspex.signals.Signal;
import io.auspex.signals.SignalLedger;
import io.auspex.signals.SignalPipeline;
import io.auspex.trades.Direction;
import io.auspex.trades.TradesStored;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The weights in force learn from closed trades that are reported, when that is switched on: by the
 * {@link LearningRule} of sessions, once a trade, whichever process is first. What a trade did is
 * kept with it, so that it can be undone: the sums of the rule are whole numbers, and taking a
 * trade's part away leaves, bit for bit, the weights that there would be without it.
 *
 * <p>Whose trade it was: of a signal of a model, the member's that is that model; of a signal of
 * the ensemble, everybody's who had a share in it. A member that would have decided for the side
 * that was traded is credited with its return, one that would have decided for the other with the
 * opposite of it, one that would have stayed away with nothing.
 */
@ApplicationScoped
public class OnlineLearning {

    /** Trades learnt from before it is looked again. */
    private static final int PAGE = 1_000;

    private static final int START_PRIORITY = 400;
    private static final Logger LOG = Logger.getLogger(OnlineLearning.class);

    /** A read beside the trades' own: which of them nothing was learnt from yet is known here. */
    private static final String PENDING =
            """
            select t.id, t.symbol, t.direction, t.pnl_percent, t.signal_id from closed_trade t
            where not exists (select 1 from learning_step s where s.trade_id = t.id)
              and t.stored_at >= coalesce((select min(created_at) from learning_step), $1)
            order by t.stored_at, t.id limit $2
            """;

    private static final String STEP =
            """
            insert into learning_step (trade_id, kind, base_revision, steps, reason)
            values ($1, $2, $3, $4::text::jsonb, $5)
            on conflict (trade_id, kind) do nothing
            """;

    private static final String LEARNT =
            """
            select base_revision, steps::text as steps from learning_step
            where trade_id = $1 and kind = 'LEARNT'
            """;

    private final Pool pool;
    private final WeightStore store;
    private final WeightsInForce inForce;
    private final SignalLedger ledger;
    private final SignalPipeline pipeline;
    private final EnsembleConfig config;
    private final OffsetDateTime begun;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().name("online-learning").factory());

    OnlineLearning(
            Pool pool,
            WeightStore store,
            WeightsInForce inForce,
            SignalLedger ledger,
            SignalPipeline pipeline,
            EnsembleConfig config,
            InstantSource clock) {
        this.pool = pool;
        this.store = store;
        this.inForce = inForce;
        this.ledger = ledger;
        this.pipeline = pipeline;
        this.config = config;
        this.begun = clock.instant().atOffset(ZoneOffset.UTC);
    }

    /** What a trade brought, as far as it matters here. */
    record Traded(
            String id,
            String symbol,
            Direction direction,
            double fraction,
            @Nullable String signalId) {}

    /**
     * What is made of a trade.
     *
     * @param returns by member; empty when there is nothing to learn
     * @param reason one sentence
     */
    record Credit(SortedMap<String, Double> returns, String reason) {}

    void start(@Observes @Priority(START_PRIORITY) StartupEvent started) {
        soon();
    }

    void stored(@Observes TradesStored news) {
        soon();
    }

    void stop(@Observes ShutdownEvent ending) {
        thread.shutdownNow();
    }

    private void soon() {
        if (!config.online()) {
            return;
        }
        try {
            thread.execute(this::guarded);
        } catch (RejectedExecutionException stopped) {
            LOG.debug("stopped");
        }
    }

    private void guarded() {
        try {
            learn();
        } catch (RuntimeException failure) {
            LOG.warnf("closed trades are learnt from later: %s", failure.getMessage());
        }
    }

    /** Learns from everything that nobody has learnt from. Blocking. */
    void learn() {
        List<Traded> pending;
        do {
            pending =
                    Await.item(() ->
                            pool.preparedQuery(PENDING)
                                    .execute(Tuple.of(begun, PAGE))
                                    .map(rows ->
                                            rows.stream().map(OnlineLearning::traded).toList()));
            pending.forEach(this::learn);
        } while (pending.size() == PAGE);
    }

    private void learn(Traded trade) {
        String signalId = trade.signalId();
        Optional<Signal> signal =
                signalId == null ? Optional.empty() : Await.item(() -> ledger.signal(signalId));
        Optional<Receipt> receipt =
                signal.isEmpty() || signalId == null
                        ? Optional.empty()
                        : Await.item(() -> ledger.receipt(signalId));
        inForce.are(
                Await.item(() ->
                        store.change((connection, current) ->
                                learn(connection, current, trade, signal, receipt))));
    }

    private Uni<Optional<WeightStore.Next>> learn(
            SqlConnection connection,
            WeightStore.Current current,
            Traded trade,
            Optional<Signal> signal,
            Optional<Receipt> receipt) {
        LearningRule rule = config.learning();
        SortedMap<String, Double> base = learners(current.base());
        Credit credit =
                signal.map(found -> credit(found, receipt, trade, base, pipeline.rule()))
                        .orElseGet(() ->
                                new Credit(
                                        new TreeMap<>(), "no signal of the ledger was behind it"));
        long revision = current.learning().baseRevision();
        if (credit.returns().isEmpty() || !rule.isFeasible(base.size())) {
            return step(connection, trade.id(), "PASSED", revision, Map.of(), credit.reason())
                    .replaceWith(Optional.empty());
        }
        Learning learning = new Learning(rule, base, current.learning().state());
        credit.returns().forEach(learning::learn);
        Learning.State part = learning.state().since(current.learning().state());
        Map<String, Object> context = new TreeMap<>();
        context.put("trade_id", trade.id());
        context.put("symbol", trade.symbol());
        context.put("direction", trade.direction());
        context.put("pnl_percent", 100 * trade.fraction());
        context.put("returns", credit.returns());
        WeightStore.Next next =
                new WeightStore.Next(
                        spread(current.base(), learning.weights()),
                        current.base(),
                        new WeightStore.Learned(revision, learning.state()),
                        "learnt from trade " + trade.id(),
                        JsonColumns.write(context));
        return step(connection, trade.id(), "LEARNT", revision, part, credit.reason())
                .map(inserted -> inserted ? Optional.of(next) : Optional.empty());
    }

    /** Who is credited with what. */
    static Credit credit(
            Signal signal,
            Optional<Receipt> receipt,
            Traded trade,
            SortedMap<String, Double> base,
            DecisionRule rule) {
        SortedMap<String, Double> returns = new TreeMap<>();
        double side = trade.direction() == Direction.LONG ? 1 : -1;
        if (signal.model().equals(Members.ENSEMBLE)) {
            for (Receipt.Member member : receipt.map(Receipt::members).orElse(List.of())) {
                double stance = member.weight() > 0 ? stance(rule, member.heads()) : 0;
                if (stance != 0 && base.containsKey(member.name())) {
                    returns.put(member.name(), stance * side * trade.fraction());
                }
            }
            return new Credit(
                    returns,
                    returns.isEmpty()
                            ? "no member would have traded on its own"
                            : "of a signal of the ensemble");
        }
        double stance = stance(signal.action());
        for (String member : base.keySet()) {
            if (stance != 0
                    && Members.model(member, signal.feed(), signal.timeframe())
                            .filter(signal.model()::equals)
                            .isPresent()) {
                returns.put(member, stance * side * trade.fraction());
            }
        }
        return new Credit(
                returns,
                returns.isEmpty()
                        ? "signal %s (%s, %s) was no call of a member to trade"
                                .formatted(signal.id(), signal.model(), signal.action())
                        : "of a signal of " + signal.model());
    }

    private static double stance(DecisionRule rule, Map<Head, Double> heads) {
        return stance(rule.decide(heads).action());
    }

    private static double stance(Action action) {
        if (action == Action.BUY) {
            return 1;
        }
        return action == Action.SELL ? -1 : 0;
    }

    /**
     * Takes back what a trade did to the weights, as if it had never been reported.
     *
     * @return the weights then; fails with NOT_FOUND {@code trade-not-learnt}, CONFLICT {@code
     *     trade-undone} when it was taken back before, {@code weights-set-since} when somebody has
     *     set the weights after it
     */
    public Uni<Weights> undo(String tradeId) {
        return store.change((connection, current) ->
                        connection
                                .preparedQuery(LEARNT)
                                .execute(Tuple.of(tradeId))
                                .chain(rows -> {
                                    Row learnt =
                                            rows.stream()
                                                    .findFirst()
                                                    .orElseThrow(() -> notLearnt(tradeId));
                                    return undo(connection, current, tradeId, learnt);
                                }))
                .invoke(inForce::are);
    }

    private Uni<Optional<WeightStore.Next>> undo(
            SqlConnection connection, WeightStore.Current current, String tradeId, Row learnt) {
        long revision = current.learning().baseRevision();
        if (learnt.getLong("base_revision") != revision) {
            throw new Failure(
                    Failure.Category.CONFLICT,
                    "weights-set-since",
                    "the weights were set at revision %d, after trade '%s': nothing of it is in force"
                            .formatted(revision, tradeId));
        }
        Learning.State part = JsonColumns.read(learnt.getString("steps"), Learning.State.class);
        Learning.State without = current.learning().state().without(part);
        WeightStore.Next next =
                new WeightStore.Next(
                        weights(current.base(), without),
                        current.base(),
                        new WeightStore.Learned(revision, without),
                        "undone: trade " + tradeId,
                        JsonColumns.write(Map.of("trade_id", tradeId)));
        return step(connection, tradeId, "UNDONE", revision, part, "undone on request")
                .map(inserted -> {
                    if (!inserted) {
                        throw new Failure(
                                Failure.Category.CONFLICT,
                                "trade-undone",
                                "trade '" + tradeId + "' was undone before");
                    }
                    return Optional.of(next);
                });
    }

    /** Without any trade the weights are those that somebody has set, bounds or no bounds. */
    private SortedMap<String, Double> weights(
            SortedMap<String, Double> base, Learning.State state) {
        return state.trades() == 0
                ? base
                : spread(base, new Learning(config.learning(), learners(base), state).weights());
    }

    private static SortedMap<String, Double> learners(SortedMap<String, Double> base) {
        SortedMap<String, Double> learners = new TreeMap<>(base);
        learners.values().removeIf(weight -> !(weight > 0));
        return learners;
    }

    /** Shares as weights with the sum of before; who does not learn keeps his. */
    private static SortedMap<String, Double> spread(
            SortedMap<String, Double> base, SortedMap<String, Double> shares) {
        double together = learners(base).values().stream().mapToDouble(weight -> weight).sum();
        SortedMap<String, Double> weights = new TreeMap<>(base);
        shares.forEach((member, share) -> weights.put(member, share * together));
        return weights;
    }

    private static Uni<Boolean> step(
            SqlConnection connection,
            String tradeId,
            String kind,
            long revision,
            Object steps,
            String reason) {
        return connection
                .preparedQuery(STEP)
                .execute(Tuple.of(tradeId, kind, revision, JsonColumns.write(steps), reason))
                .map(rows -> rows.rowCount() > 0);
    }

    private static Failure notLearnt(String tradeId) {
        return new Failure(
                Failure.Category.NOT_FOUND,
                "trade-not-learnt",
                "nothing was learnt from a trade '%s'".formatted(tradeId));
    }

    private static Traded traded(Row row) {
        return new Traded(
                row.getString("id"),
                row.getString("symbol"),
                Direction.valueOf(row.getString("direction")),
                row.getDouble("pnl_percent") / 100,
                row.getString("signal_id"));
    }
}
