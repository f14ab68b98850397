package io.auspex.api.admin;

import io.auspex.feedback.OutcomeStore;
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
    private final OutcomeStore outcomes;

    SignalsResource(SignalLedger ledger, OutcomeStore outcomes) {
        this.ledger = ledger;
        this.outcomes = outcomes;
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
    @Path("/{id}")
    @Operation(summary = "A signal by its id, with its outcome once it is known")
    @APIResponse(responseCode = "404", description = "no-such-signal")
    public Uni<SignalView> signal(@PathParam("id") String id) {
        return ledger.signal(id)
                .map(found ->
                        found.orElseThrow(() ->
                                new Failure(
                                        Failure.Category.NOT_FOUND,
                                        "no-such-signal",
                                        "there is no signal '" + id + "'")))
                .chain(signal -> withOutcomes(List.of(signal)))
                .map(List::getFirst);
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
}
