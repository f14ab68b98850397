package io.auspex.api.stream;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Signals of one topic that were published together, as one run of frames: whoever wants them all
 * gets one buffer, whoever has some of them already gets its end.
 */
final class SignalBatch {

    private final Frame whole;
    private final long[] seqs;
    private final int[] ends;

    private SignalBatch(Frame whole, long[] seqs, int[] ends) {
        this.whole = whole;
        this.seqs = seqs;
        this.ends = ends;
    }

    /**
     * Writes the frames of some signals.
     *
     * @param signals by increasing sequence, at least one
     * @param heads the beginning of each one's envelope
     * @param buffer has the room
     */
    static SignalBatch write(List<EncodedSignal> signals, List<byte[]> heads, ByteBuffer buffer) {
        int count = signals.size();
        long[] seqs = new long[count];
        int[] ends = new int[count];
        int start = buffer.position();
        for (int i = 0; i < count; i++) {
            EncodedSignal signal = signals.get(i);
            Frame.put(buffer, heads.get(i), signal.data(), Envelope.END);
            seqs[i] = signal.seq();
            ends[i] = buffer.position() - start;
        }
        Frame whole = Frame.of(buffer.slice(start, buffer.position() - start), count);
        return new SignalBatch(whole, seqs, ends);
    }

    /** Bytes that {@link #write} needs. */
    static int size(List<EncodedSignal> signals, List<byte[]> heads) {
        int bytes = 0;
        for (int i = 0; i < signals.size(); i++) {
            int payload = heads.get(i).length + signals.get(i).data().length + Envelope.END.length;
            bytes += Frame.length(payload);
        }
        return bytes;
    }

    /** The same in memory that a socket takes without a copy; for a moment and for many. */
    SignalBatch direct() {
        return new SignalBatch(whole.direct(), seqs, ends);
    }

    long last() {
        return seqs[seqs.length - 1];
    }

    /** What is newer than that; empty when nothing is. */
    Optional<Frame> after(long seq) {
        if (seq < seqs[0]) {
            return Optional.of(whole);
        }
        int known = 1;
        while (known < seqs.length && seqs[known] <= seq) {
            known++;
        }
        return known == seqs.length
                ? Optional.empty()
                : Optional.of(whole.from(ends[known - 1], seqs.length - known));
    }
}
