package io.auspex.signals;

import io.auspex.market.Candle;
import io.auspex.market.MarketClose;
import io.auspex.market.Symbol;
import io.auspex.model.ModelKind;
import io.auspex.serving.LiveFeatures;
import io.auspex.serving.LiveMarket;
import io.auspex.serving.LiveVector;
import io.auspex.serving.ModelServer;
import io.auspex.serving.ServingModel;
import io.quarkus.runtime.ImageMode;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Speaks of the newest stored close again and again when a feed's history is complete, and nobody
 * hears: closes come minutes apart, so that the first of a hundred would run code that the JVM has
 * not compiled yet, at a multiple of its time. The same features, model, rule and texts as live;
 * nothing is stored, published or counted, but for the calls of the model in {@code
 * auspex_predict_seconds}. Beside the feed, once a process, and not where code is compiled already.
 */
@ApplicationScoped
class CloseRehearsal {

    /** What is called so often is compiled by then, by the optimizing compiler too. */
    private static final int SIGNALS = 12_000;

    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final String NOWHERE = "rehearsal";
    private static final Logger LOG = Logger.getLogger(CloseRehearsal.class);

    private final LiveFeatures features;
    private final ModelServer models;
    private final SignalMaker maker;
    private final Consumer<SignalsRehearsed> listener;
    private final AtomicBoolean begun = new AtomicBoolean();

    @Inject
    CloseRehearsal(
            LiveFeatures features,
            ModelServer models,
            SignalsConfig config,
            Event<SignalsRehearsed> rehearsed) {
        this(features, models, config, rehearsed::fire);
    }

    CloseRehearsal(
            LiveFeatures features,
            ModelServer models,
            SignalsConfig config,
            Consumer<SignalsRehearsed> listener) {
        this.features = features;
        this.models = models;
        // Without the guards, which count what they hold back.
        this.maker = new SignalMaker(config.rule(), List.of(), config.expiry());
        this.listener = listener;
    }

    /** Begins, the first time; does not wait. */
    void begin() {
        if (!ImageMode.current().isNativeImage() && begun.compareAndSet(false, true)) {
            var _ =
                    Thread.ofVirtual()
                            .name("close-rehearsal")
                            .start(() -> {
                                int _ = rehearse(SIGNALS);
                            });
        }
    }

    /**
     * The edge of its thread.
     *
     * @return signals made: as many as wanted and the rest of a close, or 0 when there is no close,
     *     or no champion, to speak of
     */
    int rehearse(int wanted) {
        int made = 0;
        long start = System.nanoTime();
        try {
            while (made < wanted && System.nanoTime() - start < MOST_NANOS) {
                int ofRound = round();
                if (ofRound == 0) {
                    break;
                }
                made += ofRound;
                // The feed may share this thread's processor.
                Thread.yield();
            }
        } catch (RuntimeException failure) {
            LOG.debugf("the rehearsal has ended early: %s", failure);
        }
        LOG.debugf("%d signals rehearsed in %d ms", made, (System.nanoTime() - start) / 1_000_000);
        return made;
    }

    private int round() {
        Optional<LiveMarket> market = features.market();
        if (market.isEmpty()) {
            return 0;
        }
        features.publishAgain();
        int[] made = {0};
        models.forEachChampion(model -> made[0] += said(model, market.get()).size());
        return made[0];
    }

    private List<Signal> said(ServingModel model, LiveMarket market) {
        Map<Symbol, LiveVector> vectors = features.vectors(model.schema().hash());
        if (model.kind() != ModelKind.MARKET || vectors.isEmpty()) {
            return List.of();
        }
        MarketClose close = newest(market, vectors);
        List<PendingSignal> decided = maker.signals(model, close, features::vectors);
        if (decided.isEmpty()) {
            return List.of();
        }
        var _ = SignalColumns.of(decided);
        List<Signal> said = new ArrayList<>(decided.size());
        Instant now = Instant.ofEpochMilli(close.closeTimeMillis());
        for (PendingSignal each : decided) {
            said.add(each.at(NOWHERE, said.size() + 1, now));
        }
        listener.accept(new SignalsRehearsed(said));
        return said;
    }

    /** With candles of which only the last price is known; it is all that a signal says of them. */
    private static MarketClose newest(LiveMarket market, Map<Symbol, LiveVector> vectors) {
        long newest =
                vectors.values().stream()
                        .mapToLong(LiveVector::closeTimeMillis)
                        .max()
                        .orElseThrow();
        long opened = newest - market.timeframe().millis();
        return new MarketClose(
                market.feed(),
                newest,
                vectors.values().stream()
                        .filter(vector -> vector.closeTimeMillis() == newest)
                        .map(vector -> {
                            double price = vector.closePrice();
                            return new Candle(
                                    vector.symbol(),
                                    market.timeframe(),
                                    opened,
                                    price,
                                    price,
                                    price,
                                    price,
                                    0);
                        })
                        .toList());
    }
}
