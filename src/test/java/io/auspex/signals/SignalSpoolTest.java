package io.auspex.signals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.auspex.features.CandleRange;
import io.auspex.market.Symbol;
import io.auspex.model.Head;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SignalSpoolTest {

    private static final String FEED = "replay:test";

    @TempDir Path folder;

    @Test
    void givesBackWhatItWasGivenOldestFirstAndIsEmptyAfterwards() throws IOException {
        try (SignalSpool spool = open(100)) {
            assertThat(spool.isEmpty()).isTrue();
            assertThat(Files.exists(file())).isFalse();
            spool.add(close(0));
            spool.add(close(1));
            assertThat(spool.size()).isEqualTo(4);
            assertThat(spool.newestClose(FEED)).hasValue(close(1).getFirst().closeTimeMillis());
            assertThat(spool.newestClose("replay:other")).isEmpty();
            assertThat(drain(spool)).containsExactly(close(0), close(1));
            assertThat(spool.oldest()).isEmpty();
            assertThat(spool.newestClose(FEED)).isEmpty();
            assertThat(Files.size(file())).isZero();
            spool.add(close(2));
            assertThat(spool.oldest()).contains(close(2));
        }
    }

    @Test
    void everyPartOfASignalComesBackBitForBit() throws IOException {
        PendingSignal plain = PendingSignals.signal("bits", 0, "ETHBTC", 0.1 + 0x1p-55);
        CandleRange range =
                new CandleRange(
                        new Symbol("ETHBTC"),
                        Instant.ofEpochMilli(0),
                        null,
                        null,
                        0,
                        "0".repeat(64));
        Receipt receipt =
                new Receipt(
                        "ab".repeat(32),
                        List.of(range),
                        new DecisionRule(0.1 + 0x1p-56, 0.001, 0, 0.1),
                        "a guard",
                        List.of(
                                new Receipt.Member(
                                        "one",
                                        3,
                                        "cd".repeat(32),
                                        1.0 / 3,
                                        Map.of(Head.P_UP, (double) 0.1f),
                                        List.of(range),
                                        null)),
                        new Receipt.Outlook("trade", 1, "ef".repeat(32), List.of(range)));
        PendingSignal whole =
                new PendingSignal(
                        plain.feed(),
                        plain.model(),
                        plain.version(),
                        plain.schemaHash(),
                        plain.symbol(),
                        plain.timeframe(),
                        plain.closeTimeMillis(),
                        plain.closePrice(),
                        plain.decision(),
                        plain.heads(),
                        true,
                        new TradeOutlook(0.3, -0.01),
                        plain.expiresAtMillis(),
                        receipt);
        PendingSignal abstained =
                new PendingSignal(
                        FEED,
                        "bits",
                        1,
                        "hash",
                        new Symbol("LTCBTC"),
                        plain.timeframe(),
                        plain.closeTimeMillis(),
                        1,
                        Decision.abstain("no idea"),
                        Map.of(),
                        false);
        try (SignalSpool spool = open(100)) {
            spool.add(List.of(whole, abstained));
        }
        try (SignalSpool spool = open(100)) {
            assertThat(spool.oldest()).contains(List.of(whole, abstained));
        }
    }

    @Test
    void whatItHadWhenTheProcessEndedIsThereAtTheNextStart() throws IOException {
        SignalSpool killed = open(100);
        killed.add(close(0));
        killed.add(close(1));
        killed.removeOldest();
        // Not closed: the process is gone. What had left it comes again, and the ledger knows it.
        try (SignalSpool spool = open(100)) {
            assertThat(drain(spool)).containsExactly(close(0), close(1));
        }
        killed.close();
    }

    @Test
    void aRecordThatWasCutOffOrDamagedIsDroppedWithWhatFollows() throws IOException {
        try (SignalSpool spool = open(100)) {
            spool.add(close(0));
        }
        long whole = Files.size(file());
        try (SignalSpool spool = open(100)) {
            spool.add(close(1));
        }
        byte[] both = Files.readAllBytes(file());
        for (long length : new long[] {whole + 1, whole + 12, both.length - 1}) {
            Files.write(file(), Arrays.copyOf(both, (int) length));
            try (SignalSpool spool = open(100)) {
                assertThat(spool.size()).isEqualTo(2);
                spool.add(close(2));
                assertThat(drain(spool)).containsExactly(close(0), close(2));
            }
        }
        byte[] damaged = both.clone();
        damaged[both.length - 5] ^= 1;
        Files.write(file(), damaged, StandardOpenOption.TRUNCATE_EXISTING);
        try (SignalSpool spool = open(100)) {
            assertThat(drain(spool)).containsExactly(close(0));
        }
    }

    @Test
    void saysWhenThereIsNoRoom() throws IOException {
        try (SignalSpool spool = open(3)) {
            assertThat(spool.hasRoomFor(5)).as("an empty one takes a close of any size").isTrue();
            spool.add(close(0));
            assertThat(spool.hasRoomFor(1)).isTrue();
            assertThat(spool.hasRoomFor(2)).isFalse();
        }
        assertThatThrownBy(() -> open(0)).hasMessageContaining("auspex.signals.spool");
    }

    private Path file() {
        return folder.resolve("spool").resolve("signals");
    }

    private SignalSpool open(int mostSignals) throws IOException {
        return SignalSpool.open(file(), mostSignals);
    }

    private static List<List<PendingSignal>> drain(SignalSpool spool) throws IOException {
        List<List<PendingSignal>> drained = new ArrayList<>();
        for (Optional<List<PendingSignal>> oldest = spool.oldest();
                oldest.isPresent();
                oldest = spool.oldest()) {
            drained.add(oldest.get());
            spool.removeOldest();
        }
        return drained;
    }

    private static List<PendingSignal> close(int close) {
        return PendingSignals.close("spooled", close, "ETHBTC", "LTCBTC");
    }
}
