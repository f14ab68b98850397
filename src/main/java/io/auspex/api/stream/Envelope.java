package io.auspex.api.stream;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What every message of a topic has around its data.
 *
 * @param topic holds nothing that JSON would escape, as no known topic does
 * @param epoch within which {@code seq} counts
 * @param eventAt when it happened; null when nothing has
 * @param sentAt when the text was made: once for all subscribers
 */
record Envelope(
        String topic,
        String epoch,
        long seq,
        @Nullable Instant eventAt,
        Instant sentAt,
        String type) {

    /** What follows the data. */
    static final byte[] END = {'}'};

    /** Everything before the data. */
    byte[] head(Instants instants) {
        String event = eventAt == null ? "null" : "\"" + instants.text(eventAt) + "\"";
        return ("{\"topic\":\""
                        + topic
                        + "\",\"epoch\":\""
                        + epoch
                        + "\",\"seq\":"
                        + seq
                        + ",\"ts_event\":"
                        + event
                        + ",\"ts_sent\":\""
                        + instants.text(sentAt)
                        + "\",\"type\":\""
                        + type
                        + "\",\"data\":")
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The whole message. */
    byte[] around(byte[] data) {
        byte[] head = head(new Instants());
        byte[] text = new byte[head.length + data.length + END.length];
        System.arraycopy(head, 0, text, 0, head.length);
        System.arraycopy(data, 0, text, head.length, data.length);
        System.arraycopy(END, 0, text, head.length + data.length, END.length);
        return text;
    }
}
