package io.auspex.api.stream;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import io.auspex.model.Head;
import io.auspex.platform.Json;
import io.auspex.signals.Signal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the signals of one publication, one after the other, with one generator: the same bytes
 * that the mapper makes of the record, which a test compares, in a fraction of the time. The
 * instants that all signals of a close share are formatted once, the names of fields were long ago.
 */
final class SignalJson implements AutoCloseable {

    private static final int USUAL_BYTES = 768;

    private static final SerializableString FEED = name("feed");
    private static final SerializableString MODEL = name("model");
    private static final SerializableString VERSION = name("version");
    private static final SerializableString SCHEMA_HASH = name("schema_hash");
    private static final SerializableString SYMBOL = name("symbol");
    private static final SerializableString TIMEFRAME = name("timeframe");
    private static final SerializableString CLOSE_TIME = name("close_time");
    private static final SerializableString CLOSE_PRICE = name("close_price");
    private static final SerializableString ACTION = name("action");
    private static final SerializableString REASON = name("reason");
    private static final SerializableString CONFIDENCE = name("confidence");
    private static final SerializableString HEADS = name("heads");
    private static final SerializableString UNPROVEN = name("unproven");
    private static final SerializableString PREDICTED_PROFIT = name("predicted_profit");
    private static final SerializableString P_PROFIT = name("p_profit");
    private static final SerializableString EXPIRES_AT = name("expires_at");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(USUAL_BYTES);
    private final JsonGenerator json;
    private final Instants instants;
    private final Map<Head, SerializableString> headNames = new EnumMap<>(Head.class);

    SignalJson(Instants instants) {
        this.instants = instants;
        try {
            json = Json.mapper().getFactory().createGenerator(out);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        // Every signal is a text of its own: nothing between them.
        json.setRootValueSeparator(name(""));
    }

    byte[] write(Signal signal) {
        return write(signal, body(SignalBody.of(signal)));
    }

    /**
     * @param body what {@link #body} has written of it
     */
    byte[] write(Signal signal, byte[] body) {
        // Neither an epoch nor an instant has what JSON escapes.
        byte[] start =
                ascii(
                        "{\"id\":\""
                                + signal.id()
                                + "\",\"epoch\":\""
                                + signal.epoch()
                                + "\",\"seq\":"
                                + signal.seq()
                                + ",");
        byte[] end = ascii(",\"created_at\":\"" + instants.text(signal.createdAt()) + "\"}");
        byte[] all = new byte[start.length + body.length + end.length];
        System.arraycopy(start, 0, all, 0, start.length);
        System.arraycopy(body, 0, all, start.length, body.length);
        System.arraycopy(end, 0, all, start.length + body.length, end.length);
        return all;
    }

    /** The fields of a signal that are known before it is stored, without braces around them. */
    byte[] body(SignalBody signal) {
        out.reset();
        try {
            writeFields(signal);
            json.flush();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        byte[] object = out.toByteArray();
        return Arrays.copyOfRange(object, 1, object.length - 1);
    }

    /** Gives its buffers back. */
    @Override
    public void close() {
        try {
            json.close();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private void writeFields(SignalBody signal) throws IOException {
        json.writeStartObject();
        text(FEED, signal.feed());
        text(MODEL, signal.model());
        json.writeFieldName(VERSION);
        json.writeNumber(signal.version());
        text(SCHEMA_HASH, signal.schemaHash());
        text(SYMBOL, signal.symbol().name());
        text(TIMEFRAME, signal.timeframe().code());
        instant(CLOSE_TIME, signal.closeTime());
        number(CLOSE_PRICE, signal.closePrice());
        text(ACTION, signal.action().name());
        text(REASON, signal.reason());
        number(CONFIDENCE, signal.confidence());
        json.writeFieldName(HEADS);
        json.writeStartObject();
        for (Map.Entry<Head, Double> head : signal.heads().entrySet()) {
            number(
                    headNames.computeIfAbsent(head.getKey(), each -> name(each.code())),
                    head.getValue());
        }
        json.writeEndObject();
        json.writeFieldName(UNPROVEN);
        json.writeBoolean(signal.unproven());
        number(PREDICTED_PROFIT, signal.predictedProfit());
        number(P_PROFIT, signal.pProfit());
        instant(EXPIRES_AT, signal.expiresAt());
        json.writeEndObject();
    }

    private void text(SerializableString name, String value) throws IOException {
        json.writeFieldName(name);
        json.writeString(value);
    }

    private void instant(SerializableString name, Instant at) throws IOException {
        text(name, instants.text(at));
    }

    private void number(SerializableString name, @Nullable Double value) throws IOException {
        json.writeFieldName(name);
        if (value == null) {
            json.writeNull();
        } else {
            json.writeNumber(value);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static SerializableString name(String name) {
        return new SerializedString(name);
    }
}
