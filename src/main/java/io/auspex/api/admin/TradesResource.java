package io.auspex.api.admin;

import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.market.Symbol;
import io.auspex.platform.Failure;
import io.auspex.security.CallerOf;
import io.auspex.security.SubjectRights;
import io.auspex.trades.ClosedTrade;
import io.auspex.trades.Direction;
import io.auspex.trades.TradeIntake;
import io.auspex.trades.TradeResult;
import io.auspex.trades.TradeStore;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Closed trades: what a trader reports, and what has been reported. */
@Path("/api/trades")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Trades")
public class TradesResource {

    private final TradeIntake intake;
    private final TradeStore store;
    private final SubjectRights subjects;

    TradesResource(TradeIntake intake, TradeStore store, SubjectRights subjects) {
        this.intake = intake;
        this.store = store;
        this.subjects = subjects;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @RunOnVirtualThread
    @Operation(
            summary = "Takes one closed trade, or an array of them",
            description =
                    "Answers in the order of the trades, for each: ACCEPTED, DUPLICATE, CONFLICT,"
                            + " REFUSED with the reason, or BUFFERED. One bad trade spoils no other.")
    @APIResponse(responseCode = "200", description = "what became of each")
    @APIResponse(responseCode = "400", description = "malformed-body, too-many-trades")
    public List<TradeResult> take(@Nullable JsonNode body, @Context RoutingContext routing) {
        if (body == null || !(body.isObject() || body.isArray())) {
            throw new Failure(
                    Failure.Category.INVALID,
                    "malformed-body",
                    "the body is a trade or an array of trades");
        }
        if (body.isObject()) {
            return intake.take(List.of(body), reporter(routing));
        }
        List<JsonNode> trades = new ArrayList<>();
        body.forEach(trades::add);
        return intake.take(trades, reporter(routing));
    }

    private @Nullable String reporter(RoutingContext routing) {
        return subjects.pseudonym(CallerOf.get(routing)).orElse(null);
    }

    @GET
    @Operation(summary = "Closed trades, the last exit first")
    @APIResponse(responseCode = "400", description = "invalid-parameter")
    public Uni<List<ClosedTrade>> trades(
            @QueryParam("symbol") @Nullable String symbol,
            @Parameter(description = "LONG or SHORT") @QueryParam("direction")
                    @Nullable String direction,
            @QueryParam("signal_id") @Nullable String signalId,
            @Parameter(description = "earliest exit, ISO 8601") @QueryParam("from")
                    @Nullable String from,
            @Parameter(description = "latest exit, ISO 8601") @QueryParam("to") @Nullable String to,
            @Parameter(description = "1 to 1000; 100 without it") @QueryParam("limit")
                    @Nullable String limit) {
        return store.trades(
                new TradeStore.Filter(
                        symbol == null ? null : symbol(symbol),
                        direction == null ? null : direction(direction),
                        signalId,
                        from == null ? Instant.EPOCH : time("from", from),
                        to == null ? Instant.ofEpochMilli(Long.MAX_VALUE) : time("to", to)),
                QueryNumbers.limit(limit));
    }

    static Symbol symbol(String text) {
        try {
            return new Symbol(text);
        } catch (IllegalArgumentException e) {
            throw QueryNumbers.invalid(String.valueOf(e.getMessage()));
        }
    }

    static Direction direction(String text) {
        return switch (text) {
            case "LONG" -> Direction.LONG;
            case "SHORT" -> Direction.SHORT;
            default ->
                    throw QueryNumbers.invalid("direction must be LONG or SHORT: '" + text + "'");
        };
    }

    static Instant time(String name, String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw QueryNumbers.invalid(name + " must be like 2026-01-31T12:00:00Z: '" + text + "'");
        }
    }
}
