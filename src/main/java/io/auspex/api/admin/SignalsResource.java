package io.auspex.api.admin;

import io.auspex.feedback.OutcomeStore;
import io.auspex.market.Symbol;
import io.auspex.platform.Failure;
import io.auspex.signals.Replayed;
import io.auspex.signals.Signal;
import io.auspex.signals.SignalExport;
import io.auspex.signals.SignalFilter;
import io.auspex.signals.SignalLedger;
import io.auspex.signals.SignalReplay;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The ledger, to read on from any sequence number. */
@Path("/api/signals")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Signals")
public class SignalsResource {

    private final SignalLedger ledger;
    private final OutcomeStore outcomes;
    private final SignalReplay replay;
    private final SignalExport export;

    SignalsResource(
            SignalLedger ledger, OutcomeStore outcomes, SignalReplay replay, SignalExport export) {
        this.ledger = ledger;
        this.outcomes = outcomes;
        this.replay = replay;
        this.export = export;
    }

    @GET
    @Operation(summary = "Signals by increasing sequence, each with its outcome once it is known")
    @APIResponse(responseCode = "400", description = "invalid-parameter")
    public Uni<List<SignalView>> signals(
            @QueryParam("symbol") @Nullable String symbol,
            @Parameter(
                            description =
                                    "the sequence number after which to start; without it, the"
                                            + " newest are given")
                    @QueryParam("after")
                    @Nullable String after,
            @Parameter(description = "1 to 1000; 100 without it") @QueryParam("limit")
                    @Nullable String limit) {
        Symbol wanted = symbol == null ? null : symbol(symbol);
        int most = QueryNumbers.limit(limit);
        Uni<List<Signal>> found =
                after == null
                        ? ledger.newest(wanted, most)
                        : ledger.after(wanted, QueryNumbers.whole("after", after), most);
        return found.chain(this::withOutcomes);
    }

    @GET
    @Path("/export")
    @Produces({"text/csv", MediaType.APPLICATION_JSON})
    @RunOnVirtualThread
    @Operation(
            summary = "The whole ledger, each signal with its outcome once it is known",
            description =
                    "By increasing sequence, up to the signal that is the newest when it begins;"
                            + " streamed, however much it is. An answer that breaks off is not whole.")
    @APIResponse(
            responseCode = "200",
            description = "a table with a line of names, or an array",
            content = {
                @Content(mediaType = "text/csv", schema = @Schema(type = SchemaType.STRING)),
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema =
                                @Schema(type = SchemaType.ARRAY, implementation = SignalView.class))
            })
    @APIResponse(responseCode = "400", description = "invalid-parameter")
    @APIResponse(responseCode = "503", description = "exports-busy")
    public Response export(
            @Parameter(description = "csv or json; csv without it") @QueryParam("format")
                    @Nullable String format,
            @QueryParam("symbol") @Nullable String symbol,
            @QueryParam("model") @Nullable String model,
            @Parameter(description = "first close time, ISO-8601") @QueryParam("from")
                    @Nullable String from,
            @Parameter(description = "the close time to end before, ISO-8601") @QueryParam("to")
                    @Nullable String to) {
        SignalFilter filter =
                new SignalFilter(
                        symbol == null ? null : symbol(symbol),
                        model,
                        instant("from", from),
                        instant("to", to));
        ExportFormat written = ExportFormat.of(format == null ? "csv" : format);
        export.requirePlace();
        return Response.ok(new ExportedSignals(export, filter, written, outcomes))
                .type(written.mediaType())
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        "attachment; filename=\"signals." + written.code() + "\"")
                .build();
    }

    @GET
    @Path("/{id}")
    @Operation(
            summary = "A signal by its id, with its receipt, and its outcome once it is known",
            description =
                    "The receipt says what it was made of: model file, candles, rule, guard,"
                            + " members. It is null for a missed close. The correlation is in the"
                            + " lines of the log, and in the trace, of the close that it speaks"
                            + " of.")
    @APIResponse(responseCode = "404", description = "no-such-signal")
    public Uni<SignalDetail> signal(@PathParam("id") String id) {
        return ledger.signal(id)
                .map(found ->
                        found.orElseThrow(() ->
                                new Failure(
                                        Failure.Category.NOT_FOUND,
                                        "no-such-signal",
                                        "there is no signal '" + id + "'")))
                .chain(signal -> withOutcomes(List.of(signal)))
                .map(List::getFirst)
                .chain(signal ->
                        ledger.receipt(id)
                                .map(receipt -> SignalDetail.of(signal, receipt.orElse(null))));
    }

    @GET
    @Path("/{id}/replay")
    @Operation(
            summary = "Computes a signal again and says whether it has the same bits",
            description =
                    "From the stored candles, with the stored model, by the code that runs live."
                            + " What differs is told: candles, model file, heads, action, reason.")
    @APIResponse(
            responseCode = "200",
            content = @Content(schema = @Schema(implementation = Replayed.class)))
    @APIResponse(responseCode = "404", description = "no-such-signal, no-such-version")
    @APIResponse(
            responseCode = "409",
            description =
                    "nothing-to-replay (a missed close), no-receipt, artefact-gone,"
                            + " version-unusable")
    @APIResponse(
            responseCode = "503",
            description = "replays-busy, pins-busy, loaders-busy, memory-short")
    public Uni<Replayed> replay(@PathParam("id") String id) {
        return replay.replay(id);
    }

    private Uni<List<SignalView>> withOutcomes(List<Signal> signals) {
        return outcomes.outcomes(signals.stream().map(Signal::id).toList())
                .map(known ->
                        signals.stream()
                                .map(signal -> SignalView.of(signal, known.get(signal.id())))
                                .toList());
    }

    private static Symbol symbol(String text) {
        try {
            return new Symbol(text);
        } catch (IllegalArgumentException e) {
            throw QueryNumbers.invalid(String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable Instant instant(String name, @Nullable String text) {
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw QueryNumbers.invalid(
                    name + " must be a time such as 2026-11-26T08:00:00Z: '" + text + "'");
        }
    }
}
