package io.auspex.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OutboxTest {

    @Test
    void writesInOrder() {
        FakeWire wire = FakeWire.reading();
        Outbox outbox = new Outbox(wire, Runnable::run, 10, 1_000);
        assertThat(outbox.offer("a")).isTrue();
        assertThat(outbox.offer("b")).isTrue();
        assertThat(wire.sent()).containsExactly("a", "b");
    }

    @Test
    void waitsForTheSocketAfterAWindow() {
        FakeWire wire = FakeWire.stalled();
        Outbox outbox = new Outbox(wire, Runnable::run, 100, 10_000);
        List<String> texts = IntStream.range(0, 40).mapToObj(String::valueOf).toList();
        texts.forEach(outbox::offer);
        assertThat(wire.sent()).hasSize(32);
        wire.take();
        assertThat(wire.sent()).hasSize(33);
        for (int i = 0; i < 39; i++) {
            wire.take();
        }
        assertThat(wire.sent()).isEqualTo(texts);
    }

    @Test
    void closesWhoHasTooManyMessagesWaiting() {
        FakeWire wire = FakeWire.stalled();
        Outbox outbox = new Outbox(wire, Runnable::run, 5, 1_000);
        for (int i = 0; i < 5; i++) {
            assertThat(outbox.offer("m")).isTrue();
        }
        assertThat(outbox.offer("one too many")).isFalse();
        assertThat(wire.closeCode()).isEqualTo(4008);
        assertThat(wire.closeReason()).contains("5 messages were waiting");
        assertThat(outbox.offer("later")).isFalse();
        assertThat(outbox.isClosed()).isTrue();
        assertThat(wire.sent()).hasSize(5);
    }

    @Test
    void closesWhoHasTooMuchWaiting() {
        FakeWire wire = FakeWire.stalled();
        Outbox outbox = new Outbox(wire, Runnable::run, 1_000, 10);
        assertThat(outbox.offer("12345")).isTrue();
        assertThat(outbox.offer("12345")).isTrue();
        assertThat(outbox.offer("1")).isFalse();
        assertThat(wire.closeCode()).isEqualTo(4008);
    }

    @Test
    void whatTheSocketHasTakenDoesNotCount() {
        FakeWire wire = FakeWire.stalled();
        Outbox outbox = new Outbox(wire, Runnable::run, 2, 10);
        for (int i = 0; i < 100; i++) {
            assertThat(outbox.offer("12345")).isTrue();
            wire.take();
        }
        assertThat(wire.sent()).hasSize(100);
        assertThat(wire.closeCode()).isNull();
    }

    @Test
    void oneMessageAloneAlwaysFits() {
        FakeWire wire = FakeWire.reading();
        Outbox outbox = new Outbox(wire, Runnable::run, 2, 10);
        assertThat(outbox.offer("a snapshot larger than the bound")).isTrue();
        assertThat(wire.sent()).hasSize(1);
    }

    @Test
    void aSocketThatFailsIsClosed() {
        FakeWire wire = FakeWire.stalled();
        Outbox outbox = new Outbox(wire, Runnable::run, 10, 100);
        outbox.offer("lost");
        wire.fail(new IOException("broken pipe"));
        assertThat(wire.closeCode()).isEqualTo(1011);
        assertThat(outbox.offer("later")).isFalse();
    }
}
