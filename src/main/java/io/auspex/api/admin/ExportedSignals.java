package io.auspex.api.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import de.siegmar.fastcsv.writer.CsvWriter;
import io.auspex.feedback.OutcomeStore;
import io.auspex.feedback.SignalOutcome;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import io.auspex.platform.Await;
import io.auspex.platform.Json;
import io.auspex.signals.Signal;
import io.auspex.signals.SignalExport;
import io.auspex.signals.SignalFilter;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes signals and their outcomes as they are read, one page in memory. It blocks while the
 * client does not read: for a virtual thread.
 */
record ExportedSignals(
        SignalExport export, SignalFilter filter, ExportFormat format, OutcomeStore outcomes)
        implements StreamingOutput {

    private static final List<String> BEFORE_HEADS =
            List.of(
                    "id",
                    "seq",
                    "feed",
                    "model",
                    "version",
                    "schema_hash",
                    "symbol",
                    "timeframe",
                    "close_time",
                    "close_price",
                    "action",
                    "reason",
                    "confidence");

    private static final List<String> AFTER_HEADS =
            List.of(
                    "unproven",
                    "predicted_profit",
                    "p_profit",
                    "expires_at",
                    "created_at",
                    "outcome_at",
                    "realised_return",
                    "went_up",
                    "went_down",
                    "stopped",
                    "outcome_reason");

    @Override
    public void write(OutputStream output) throws IOException {
        switch (format) {
            case CSV -> writeCsv(output);
            case JSON -> writeJson(output);
        }
    }

    private void writeCsv(OutputStream output) throws IOException {
        CsvWriter csv =
                CsvWriter.builder()
                        .build(
                                new BufferedWriter(
                                        new OutputStreamWriter(output, StandardCharsets.UTF_8)));
        csv.writeRecord(names());
        export.forEachPage(
                filter,
                page -> {
                    Map<String, SignalOutcome> known = outcomesOf(page);
                    for (Signal signal : page) {
                        csv.writeRecord(row(SignalView.of(signal, known.get(signal.id()))));
                    }
                    csv.flush();
                });
        csv.flush();
    }

    private void writeJson(OutputStream output) throws IOException {
        JsonGenerator json = Json.mapper().getFactory().createGenerator(output);
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        json.writeStartArray();
        export.forEachPage(
                filter,
                page -> {
                    Map<String, SignalOutcome> known = outcomesOf(page);
                    for (Signal signal : page) {
                        Json.mapper()
                                .writeValue(json, SignalView.of(signal, known.get(signal.id())));
                    }
                });
        json.writeEndArray();
        json.flush();
    }

    private Map<String, SignalOutcome> outcomesOf(List<Signal> page) {
        List<String> ids = page.stream().map(Signal::id).toList();
        return Await.item(() -> outcomes.outcomes(ids));
    }

    private static List<String> names() {
        List<String> names = new ArrayList<>(BEFORE_HEADS);
        ModelKind.MARKET.heads().forEach(head -> names.add(head.code()));
        names.addAll(AFTER_HEADS);
        return names;
    }

    private static List<String> row(SignalView signal) {
        List<String> row = new ArrayList<>();
        row.add(signal.id());
        row.add(text(signal.seq()));
        row.add(signal.feed());
        row.add(signal.model());
        row.add(text(signal.version()));
        row.add(signal.schemaHash());
        row.add(signal.symbol().name());
        row.add(signal.timeframe().code());
        row.add(text(signal.closeTime()));
        row.add(text(signal.closePrice()));
        row.add(text(signal.action()));
        row.add(signal.reason());
        row.add(text(signal.confidence()));
        for (Head head : ModelKind.MARKET.heads()) {
            row.add(text(signal.heads().get(head)));
        }
        row.add(text(signal.unproven()));
        row.add(text(signal.predictedProfit()));
        row.add(text(signal.pProfit()));
        row.add(text(signal.expiresAt()));
        row.add(text(signal.createdAt()));
        SignalView.Outcome outcome = signal.outcome();
        row.add(outcome == null ? "" : text(outcome.at()));
        row.add(outcome == null ? "" : text(outcome.realisedReturn()));
        row.add(outcome == null ? "" : text(outcome.wentUp()));
        row.add(outcome == null ? "" : text(outcome.wentDown()));
        row.add(outcome == null ? "" : text(outcome.stopped()));
        row.add(outcome == null ? "" : text(outcome.reason()));
        return row;
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }
}
