package io.auspex.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.model.Head;
import io.auspex.platform.Json;
import io.auspex.signals.Action;
import io.auspex.signals.PendingSignal;
import io.auspex.signals.PendingSignals;
import io.auspex.signals.Signal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SignalJsonTest {

    private static final String[] TEXTS = {
        "",
        "up is likelier",
        "\"quoted\" \\ and \n\t\u0001",
        "\u20ac \ud83d\ude00 \u2028",
        "</script>"
    };

    /** A field that is added to a signal, or written in another way, fails here. */
    @Test
    void writesTheBytesThatTheMapperMakes() throws Exception {
        Random random = new Random(5);
        SignalJson json = new SignalJson(new Instants());
        for (int i = 0; i < 2_000; i++) {
            Signal signal = signal(random, i);
            assertThat(new String(json.write(signal), StandardCharsets.UTF_8))
                    .isEqualTo(
                            new String(
                                    Json.mapper().writeValueAsBytes(signal),
                                    StandardCharsets.UTF_8));
        }
    }

    @Test
    void whatWasWrittenAheadIsUsedForASignalThatSaysTheSameAndForNoOther() throws Exception {
        Random random = new Random(6);
        List<Signal> stored = new ArrayList<>();
        List<SignalBody> ahead = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Signal signal = signal(random, i);
            stored.add(signal);
            // Half of them came out of the ledger otherwise: they were in it before.
            ahead.add(SignalBody.of(i % 2 == 0 ? signal : signal(random, i)));
        }
        Map<SignalBody, byte[]> bodies = EncodedSignal.bodies(ahead);
        List<EncodedSignal> encoded = EncodedSignal.of(stored, new Instants(), bodies);
        for (int i = 0; i < stored.size(); i++) {
            assertThat(bodies.containsKey(SignalBody.of(stored.get(i)))).isEqualTo(i % 2 == 0);
            assertThat(encoded.get(i).data())
                    .isEqualTo(Json.mapper().writeValueAsBytes(stored.get(i)));
        }
    }

    @Test
    void aSignalSaysTheSameBeforeItIsStoredAndAfterwards() {
        PendingSignal pending = PendingSignals.signal("ahead", 3, "ETHBTC", 0.1 + 0.2);
        Signal stored =
                new Signal(
                        "epoch-7",
                        "epoch",
                        7,
                        pending.feed(),
                        pending.model(),
                        pending.version(),
                        pending.schemaHash(),
                        pending.symbol(),
                        pending.timeframe(),
                        Instant.ofEpochMilli(pending.closeTimeMillis()),
                        pending.closePrice(),
                        pending.decision().action(),
                        pending.decision().reason(),
                        pending.decision().confidence(),
                        pending.heads(),
                        pending.unproven(),
                        Instant.EPOCH);
        assertThat(SignalBody.of(pending)).isEqualTo(SignalBody.of(stored));
    }

    private static Signal signal(Random random, long seq) {
        Map<Head, Double> heads = new EnumMap<>(Head.class);
        for (Head head : Head.values()) {
            if (random.nextBoolean()) {
                heads.put(head, number(random));
            }
        }
        return new Signal(
                "epoch-" + seq,
                "epoch",
                random.nextLong() >>> random.nextInt(1, 63),
                text(random),
                text(random),
                random.nextInt(),
                text(random),
                new Symbol("ETHBTC"),
                Timeframe.values()[random.nextInt(Timeframe.values().length)],
                instant(random),
                number(random),
                Action.values()[random.nextInt(Action.values().length)],
                text(random),
                perhaps(random),
                heads,
                random.nextBoolean(),
                perhaps(random),
                perhaps(random),
                instant(random),
                instant(random));
    }

    private static String text(Random random) {
        return TEXTS[random.nextInt(TEXTS.length)];
    }

    private static @Nullable Double perhaps(Random random) {
        return random.nextBoolean() ? null : number(random);
    }

    private static double number(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> random.nextGaussian();
            case 2 -> random.nextInt(1_000);
            default -> Math.scalb(random.nextDouble(), random.nextInt(-60, 60));
        };
    }

    /** With and without fractions, which are written with as many digits as they need. */
    private static Instant instant(Random random) {
        Instant second = Instant.ofEpochSecond(random.nextInt());
        return switch (random.nextInt(3)) {
            case 0 -> second;
            case 1 -> second.plusMillis(random.nextInt(1_000));
            default -> second.plusNanos(random.nextInt(1_000_000) * 1_000L);
        };
    }
}
