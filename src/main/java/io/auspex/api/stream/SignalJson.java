package io.auspex.api.stream;

import com.fasterxml.jackson.core.JsonGenerator;
import io.auspex.model.Head;
import io.auspex.platform.Json;
import io.auspex.signals.Signal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the signals of one publication, one after the other: the same bytes that the mapper makes
 * of the record, which a test compares, in a fraction of the time. The instants that all signals of
 * a close share are formatted once.
 */
final class SignalJson {

    private static final int USUAL_BYTES = 768;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(USUAL_BYTES);
    private final Instants instants;

    SignalJson(Instants instants) {
        this.instants = instants;
    }

    byte[] write(Signal signal) {
        out.reset();
        try (JsonGenerator json = Json.mapper().getFactory().createGenerator(out)) {
            write(signal, json);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }

    private void write(Signal signal, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", signal.id());
        json.writeStringField("epoch", signal.epoch());
        json.writeNumberField("seq", signal.seq());
        json.writeStringField("feed", signal.feed());
        json.writeStringField("model", signal.model());
        json.writeNumberField("version", signal.version());
        json.writeStringField("schema_hash", signal.schemaHash());
        json.writeStringField("symbol", signal.symbol().name());
        json.writeStringField("timeframe", signal.timeframe().code());
        instant(json, "close_time", signal.closeTime());
        json.writeNumberField("close_price", signal.closePrice());
        json.writeStringField("action", signal.action().name());
        json.writeStringField("reason", signal.reason());
        number(json, "confidence", signal.confidence());
        json.writeObjectFieldStart("heads");
        for (Map.Entry<Head, Double> head : signal.heads().entrySet()) {
            json.writeNumberField(head.getKey().code(), head.getValue());
        }
        json.writeEndObject();
        json.writeBooleanField("unproven", signal.unproven());
        number(json, "predicted_profit", signal.predictedProfit());
        number(json, "p_profit", signal.pProfit());
        instant(json, "expires_at", signal.expiresAt());
        json.writeStringField("created_at", signal.createdAt().toString());
        json.writeEndObject();
    }

    private void instant(JsonGenerator json, String name, Instant at) throws IOException {
        json.writeStringField(name, instants.text(at));
    }

    private static void number(JsonGenerator json, String name, @Nullable Double value)
            throws IOException {
        if (value == null) {
            json.writeNullField(name);
        } else {
            json.writeNumberField(name, value);
        }
    }
}
