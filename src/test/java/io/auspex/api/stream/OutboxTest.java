package io.auspex.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OutboxTest {

    @Test
    void writesInOrder() {
        FakeWire wire = FakeWire.reading();
        Outbox outbox = wire.outbox(10, 1_000);
        assertThat(outbox.offer(frame("a"))).isTrue();
        assertThat(outbox.offer(frame("b"))).isTrue();
        assertThat(wire.sent()).containsExactly("a", "b");
    }

    @Test
    void writesOnlyWhatTheSocketTakesAndFlushesItOnce() {
        FakeWire wire = FakeWire.stalled();
        Outbox outbox = wire.outbox(100, 10_000);
        List<String> texts = IntStream.range(0, 40).mapToObj(String::valueOf).toList();
        texts.forEach(text -> outbox.offer(frame(text)));
        assertThat(wire.sent()).isEmpty();
        wire.take(32);
        outbox.write();
        assertThat(wire.sent()).hasSize(32);
        assertThat(wire.flushes()).isEqualTo(1);
        wire.take(100);
        outbox.write();
        assertThat(wire.sent()).isEqualTo(texts);
    }

    @Test
    void closesWhoHasTooManyMessagesWaiting() {
        FakeWire wire = FakeWire.stalled();
        Outbox outbox = wire.outbox(5, 1_000);
        for (int i = 0; i < 5; i++) {
            assertThat(outbox.offer(frame("m"))).isTrue();
        }
        assertThat(outbox.offer(frame("one too many"))).isFalse();
        assertThat(wire.closeCode()).isEqualTo(CloseCode.SLOW_CONSUMER);
        assertThat(wire.closeReason()).contains("5 messages were waiting");
        assertThat(outbox.offer(frame("later"))).isFalse();
        assertThat(outbox.isClosed()).isTrue();
        wire.take(10);
        outbox.write();
        assertThat(wire.sent()).isEmpty();
    }

    @Test
    void closesWhoHasTooMuchWaiting() {
        FakeWire wire = FakeWire.stalled();
        Outbox outbox = wire.outbox(1_000, 2L * Frame.length(5));
        assertThat(outbox.offer(frame("12345"))).isTrue();
        assertThat(outbox.offer(frame("12345"))).isTrue();
        assertThat(outbox.offer(frame("1"))).isFalse();
        assertThat(wire.closeCode()).isEqualTo(CloseCode.SLOW_CONSUMER);
    }

    @Test
    void whatTheSocketHasTakenDoesNotCount() {
        FakeWire wire = FakeWire.stalled();
        Outbox outbox = wire.outbox(2, 20);
        for (int i = 0; i < 100; i++) {
            assertThat(outbox.offer(frame("12345"))).isTrue();
            wire.take(1);
            outbox.write();
        }
        assertThat(wire.sent()).hasSize(100);
        assertThat(wire.closeCode()).isNull();
    }

    @Test
    void oneMessageAloneAlwaysFits() {
        FakeWire wire = FakeWire.reading();
        Outbox outbox = wire.outbox(2, 10);
        assertThat(outbox.offer(frame("a snapshot larger than the bound"))).isTrue();
        assertThat(wire.sent()).hasSize(1);
    }

    @Test
    void whatConflatesKeepsItsPlaceAndOnlyTheNewestIsSent() {
        FakeWire wire = FakeWire.stalled();
        Outbox outbox = wire.outbox(3, 1_000);
        outbox.offer(frame("signal 1"));
        for (int i = 0; i < 1_000; i++) {
            assertThat(outbox.conflate("refit", frame("refit at " + i))).isTrue();
            assertThat(outbox.conflate("model", frame("model " + i))).isTrue();
        }
        assertThat(wire.closeCode()).isNull();
        wire.take(100);
        outbox.write();
        assertThat(wire.sent()).containsExactly("signal 1", "refit at 999", "model 999");
        outbox.conflate("refit", frame("refit at 1000"));
        assertThat(wire.sent()).last().isEqualTo("refit at 1000");
    }

    @Test
    void saysWhenEverythingWasTaken() {
        FakeWire wire = FakeWire.stalled();
        Outbox outbox = wire.outbox(3, 1_000);
        assertThat(outbox.emptied()).isCompletedWithValue(true);
        outbox.offer(frame("a"));
        CompletableFuture<Boolean> emptied = outbox.emptied();
        assertThat(emptied).isNotDone();
        wire.take(1);
        outbox.write();
        assertThat(emptied).isCompletedWithValue(true);
        outbox.offer(frame("b"));
        CompletableFuture<Boolean> never = outbox.emptied();
        outbox.giveUp(CloseCode.GOING_AWAY, "the server stops");
        assertThat(never).isCompletedWithValue(false);
        assertThat(wire.closeCode()).isEqualTo(CloseCode.GOING_AWAY);
    }

    private static Frame frame(String text) {
        return Frame.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
