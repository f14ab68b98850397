package io.auspex.api.inference;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import io.auspex.market.Symbol;
import io.auspex.model.Head;
import io.auspex.platform.Json;
import io.auspex.serving.LiveVector;
import io.auspex.serving.Prediction;
import io.auspex.serving.ScoringRows;
import io.auspex.serving.ServingModel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Writes what one version says, with what it was asked about, into pooled memory. Heads are
 * float32, written with as many digits as tell them apart.
 */
final class PredictionAnswer {

    private static final int ROW_BYTES = 512;

    private static final SerializableString MODEL = name("model");
    private static final SerializableString VERSION = name("version");
    private static final SerializableString SCHEMA_HASH = name("schema_hash");
    private static final SerializableString SYMBOL = name("symbol");
    private static final SerializableString CLOSE_TIME = name("close_time");
    private static final SerializableString CLOSE_PRICE = name("close_price");
    private static final SerializableString HEADS = name("heads");
    private static final SerializableString INTERVAL = name("expected_return_interval");
    private static final SerializableString LOWER = name("lower");
    private static final SerializableString UPPER = name("upper");
    private static final SerializableString COVERAGE = name("coverage");
    private static final SerializableString UNPROVEN = name("unproven");
    private static final SerializableString PREDICTIONS = name("predictions");
    private static final Map<Head, SerializableString> CODES = codes();

    private PredictionAnswer() {}

    /**
     * For readers of the OpenAPI document.
     *
     * @param symbol null when the caller brought the features, as are the next two
     * @param closeTime when the candle closed that the features end with
     * @param heads calibrated probabilities in [0, 1]; the expected return as a fraction
     * @param expectedReturnInterval null when the model carries none
     * @param unproven promoted without evidence, or nobody asked for any: {@code --promote=always}
     */
    @Schema(name = "Prediction")
    record Document(
            String model,
            int version,
            String schemaHash,
            @Nullable Symbol symbol,
            @Nullable Instant closeTime,
            @Nullable Double closePrice,
            Map<Head, Double> heads,
            Prediction.@Nullable Interval expectedReturnInterval,
            boolean unproven) {}

    /** The same of one row among many. */
    @Schema(name = "RowPrediction")
    record RowDocument(
            Map<Head, Double> heads, Prediction.@Nullable Interval expectedReturnInterval) {}

    /** The same of many rows. */
    @Schema(name = "Predictions")
    record RowsDocument(
            String model,
            int version,
            String schemaHash,
            boolean unproven,
            List<RowDocument> predictions) {}

    /** Head by head and row by row. */
    @FunctionalInterface
    private interface Scores {
        float of(int head, int row);
    }

    /** Writes a document. */
    @FunctionalInterface
    private interface Writing {
        void to(JsonGenerator json) throws IOException;
    }

    /** What a symbol's live vector led to. */
    static ByteBuf of(ServingModel model, Prediction prediction, LiveVector vector) {
        return document(
                1,
                json -> {
                    identity(json, model);
                    json.writeFieldName(SYMBOL);
                    json.writeString(vector.symbol().toString());
                    json.writeFieldName(CLOSE_TIME);
                    json.writeString(Instant.ofEpochMilli(vector.closeTimeMillis()).toString());
                    json.writeFieldName(CLOSE_PRICE);
                    json.writeNumber(vector.closePrice());
                    scores(
                            json,
                            model,
                            (head, _) -> {
                                Double value = prediction.heads().get(model.heads().get(head));
                                return value == null ? Float.NaN : value.floatValue();
                            },
                            0);
                    unproven(json, model);
                });
    }

    /** What a scored row of the caller's led to. */
    static ByteBuf of(ServingModel model, ScoringRows scored, int row) {
        return document(
                1,
                json -> {
                    identity(json, model);
                    json.writeFieldName(SYMBOL);
                    json.writeNull();
                    json.writeFieldName(CLOSE_TIME);
                    json.writeNull();
                    json.writeFieldName(CLOSE_PRICE);
                    json.writeNull();
                    scores(json, model, scored::answer, row);
                    unproven(json, model);
                });
    }

    /** What many rows led to, in their order. */
    static ByteBuf of(ServingModel model, RowAnswers answers) {
        return document(
                answers.rows(),
                json -> {
                    identity(json, model);
                    unproven(json, model);
                    json.writeFieldName(PREDICTIONS);
                    json.writeStartArray();
                    for (int row = 0; row < answers.rows(); row++) {
                        json.writeStartObject();
                        scores(json, model, answers::answer, row);
                        json.writeEndObject();
                    }
                    json.writeEndArray();
                });
    }

    private static ByteBuf document(int rows, Writing writing) {
        ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer(ROW_BYTES * (1 + rows / 2));
        boolean written = false;
        try (JsonGenerator json =
                Json.mapper()
                        .getFactory()
                        .createGenerator((OutputStream) new ByteBufOutputStream(buffer))) {
            json.writeStartObject();
            writing.to(json);
            json.writeEndObject();
            json.flush();
            written = true;
            return buffer;
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        } finally {
            if (!written) {
                buffer.release();
            }
        }
    }

    private static void identity(JsonGenerator json, ServingModel model) throws IOException {
        json.writeFieldName(MODEL);
        json.writeString(model.name());
        json.writeFieldName(VERSION);
        json.writeNumber(model.version());
        json.writeFieldName(SCHEMA_HASH);
        json.writeString(model.schema().hash());
    }

    private static void unproven(JsonGenerator json, ServingModel model) throws IOException {
        json.writeFieldName(UNPROVEN);
        json.writeBoolean(model.unproven());
    }

    private static void scores(JsonGenerator json, ServingModel model, Scores scores, int row)
            throws IOException {
        List<Head> heads = model.heads();
        float expectedReturn = Float.NaN;
        json.writeFieldName(HEADS);
        json.writeStartObject();
        for (int i = 0; i < heads.size(); i++) {
            Head head = heads.get(i);
            float value = scores.of(i, row);
            if (head == Head.EXPECTED_RETURN) {
                expectedReturn = value;
            }
            json.writeFieldName(CODES.get(head));
            json.writeNumber(value);
        }
        json.writeEndObject();
        interval(json, model.interval(expectedReturn));
    }

    private static void interval(JsonGenerator json, Prediction.@Nullable Interval interval)
            throws IOException {
        json.writeFieldName(INTERVAL);
        if (interval == null) {
            json.writeNull();
            return;
        }
        json.writeStartObject();
        json.writeFieldName(LOWER);
        json.writeNumber(interval.lower());
        json.writeFieldName(UPPER);
        json.writeNumber(interval.upper());
        json.writeFieldName(COVERAGE);
        json.writeNumber(interval.coverage());
        json.writeEndObject();
    }

    private static SerializableString name(String text) {
        return new SerializedString(text);
    }

    private static Map<Head, SerializableString> codes() {
        Map<Head, SerializableString> codes = new EnumMap<>(Head.class);
        for (Head head : EnumSet.allOf(Head.class)) {
            codes.put(head, name(head.code()));
        }
        return codes;
    }
}
