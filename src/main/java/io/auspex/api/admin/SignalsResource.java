package io.auspex.api.admin;

import io.auspex.market.Symbol;
import io.auspex.platform.Failure;
import io.auspex.signals.Signal;
import io.auspex.signals.SignalLedger;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
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

    SignalsResource(SignalLedger ledger) {
        this.ledger = ledger;
    }

    @GET
    @Operation(summary = "Signals by increasing sequence")
    @APIResponse(responseCode = "400", description = "invalid-parameter")
    public Uni<List<Signal>> signals(
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
        return after == null
                ? ledger.newest(wanted, most)
                : ledger.after(wanted, QueryNumbers.whole("after", after), most);
    }

    @GET
    @Path("/{id}")
    @Operation(summary = "A signal by its id")
    @APIResponse(responseCode = "404", description = "no-such-signal")
    public Uni<Signal> signal(@PathParam("id") String id) {
        return ledger.signal(id)
                .map(found ->
                        found.orElseThrow(() ->
                                new Failure(
                                        Failure.Category.NOT_FOUND,
                                        "no-such-signal",
                                        "there is no signal '" + id + "'")));
    }

    private static Symbol symbol(String text) {
        try {
            return new Symbol(text);
        } catch (IllegalArgumentException e) {
            throw QueryNumbers.invalid(String.valueOf(e.getMessage()));
        }
    }
}
