package io.auspex.api.admin;

import io.auspex.backtest.Backtest;
import io.auspex.backtest.BacktestKind;
import io.auspex.backtest.BacktestReport;
import io.auspex.backtest.BacktestRequest;
import io.auspex.backtest.BacktestService;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.StreamingOutput;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jspecify.annotations.Nullable;

/** What trading by the signals would have brought. */
@Path("/api/backtests")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Backtests")
public class BacktestsResource {

    private static final String CSV = "text/csv;charset=UTF-8";
    private static final String LIVE = "live";

    private final BacktestService backtests;

    BacktestsResource(BacktestService backtests) {
        this.backtests = backtests;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Ask for a backtest; follow it at /api/backtests/{id}",
            description =
                    "Features, model, guard and decision are the live code. version: a number, champion,"
                            + " challenger, previous, or as_it_would_have_been, for refits on schedule that"
                            + " each see their past alone. The model ensemble is all members together: version champion"
                            + " or as_it_was, members with other versions, weights instead of those as of each"
                            + " close, learn for weights that closed trades move along the way. Closes that a version was trained on are refused"
                            + " unless allow_in_sample says otherwise.")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = BacktestRequest.class),
                            example =
                                    "{\"model\": \"simulated-5m\", \"version\": \"champion\", \"rules\": {\"shorts\": false}}"))
    @APIResponse(
            responseCode = "202",
            content = @Content(schema = @Schema(implementation = Backtest.class)))
    @APIResponse(
            responseCode = "400",
            description =
                    "invalid-field, in-sample, no-candles, too-many-refits, too-many-weights, no-ensemble-signals")
    @APIResponse(responseCode = "404", description = "no-such-model, no-such-version")
    @APIResponse(responseCode = "409", description = "too-few-members")
    @APIResponse(responseCode = "503", description = "backtests-full")
    public RestResponse<Backtest> submit(@Nullable BacktestRequest request) {
        Backtest submitted =
                backtests.submit(
                        Objects.requireNonNullElse(
                                request,
                                new BacktestRequest(
                                        null, null, null, null, null, null, null, null, null, null,
                                        null, null, null, null)));
        return ResponseBuilder.create(RestResponse.Status.ACCEPTED, submitted)
                .location(URI.create("/api/backtests/" + submitted.id()))
                .build();
    }

    @GET
    @Operation(summary = "Backtests and dry runs, newest first")
    @APIResponse(responseCode = "400", description = "invalid-parameter")
    public List<Backtest> list(
            @Parameter(description = "backtest or dry_run; both without it") @QueryParam("kind")
                    @Nullable String kind,
            @QueryParam("limit") @Nullable String limit) {
        return backtests.list(kind == null ? null : kind(kind), QueryNumbers.limit(limit));
    }

    @GET
    @Path("/{id}")
    @Operation(
            summary = "A backtest with its progress",
            description =
                    "By its number; live: the dry run that goes on, of ?model= when there are several.")
    @APIResponse(responseCode = "400", description = "invalid-parameter")
    @APIResponse(responseCode = "404", description = "no-such-backtest, no-dry-run")
    public Backtest backtest(
            @PathParam("id") String id, @QueryParam("model") @Nullable String model) {
        return backtests.require(id(id, model));
    }

    @POST
    @Path("/{id}/cancel")
    @Operation(summary = "End a backtest or a dry run; what it has done so far stays")
    @APIResponse(responseCode = "400", description = "invalid-parameter")
    @APIResponse(responseCode = "404", description = "no-such-backtest, no-dry-run")
    @APIResponse(responseCode = "409", description = "backtest-finished")
    public Backtest cancel(
            @PathParam("id") String id, @QueryParam("model") @Nullable String model) {
        return backtests.cancel(id(id, model));
    }

    @GET
    @Path("/{id}/report.json")
    @Operation(summary = "The report; of one that still runs, what has been done so far")
    @APIResponse(responseCode = "404", description = "no-such-backtest, no-dry-run")
    @APIResponse(responseCode = "503", description = "not-begun")
    public BacktestReport report(
            @PathParam("id") String id, @QueryParam("model") @Nullable String model) {
        return backtests.report(id(id, model));
    }

    @GET
    @Path("/{id}/report.html")
    @Produces(MediaType.TEXT_HTML + ";charset=UTF-8")
    @Operation(summary = "The report as one page that needs nothing else")
    @APIResponse(responseCode = "404", description = "no-such-backtest, no-dry-run")
    @APIResponse(responseCode = "503", description = "not-begun")
    public RestResponse<String> page(
            @PathParam("id") String id, @QueryParam("model") @Nullable String model) {
        return ResponseBuilder.ok(backtests.page(id(id, model)))
                .header(
                        "Content-Security-Policy",
                        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'")
                .header("X-Content-Type-Options", "nosniff")
                .build();
    }

    @GET
    @Path("/{id}/report.csv")
    @Produces(CSV)
    @Operation(summary = "Every trade")
    @APIResponse(responseCode = "404", description = "no-such-backtest, no-dry-run")
    public StreamingOutput trades(
            @PathParam("id") String id, @QueryParam("model") @Nullable String model) {
        long number = backtests.require(id(id, model)).id();
        return out -> backtests.writeTrades(number, out);
    }

    @GET
    @Path("/{id}/equity.csv")
    @Produces(CSV)
    @Operation(summary = "Every day")
    @APIResponse(responseCode = "404", description = "no-such-backtest, no-dry-run")
    @APIResponse(responseCode = "503", description = "not-begun")
    public StreamingOutput equity(
            @PathParam("id") String id, @QueryParam("model") @Nullable String model) {
        BacktestReport report = backtests.report(id(id, model));
        return out -> backtests.writeEquity(report, out);
    }

    private long id(String text, @Nullable String model) {
        return text.equals(LIVE) ? backtests.live(model).id() : QueryNumbers.whole("id", text);
    }

    private static BacktestKind kind(String text) {
        for (BacktestKind kind : BacktestKind.values()) {
            if (kind.code().equals(text)) {
                return kind;
            }
        }
        throw QueryNumbers.invalid("kind must be backtest or dry_run: '" + text + "'");
    }
}
