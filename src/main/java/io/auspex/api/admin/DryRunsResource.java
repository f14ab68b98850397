package io.auspex.api.admin;

import io.auspex.backtest.Backtest;
import io.auspex.backtest.BacktestRequest.PaperRequest;
import io.auspex.backtest.BacktestService;
import io.auspex.platform.Failure;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The live loop on paper. Its reports are at /api/backtests/{id} and /api/backtests/live. */
@Path("/api/dry-runs")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Backtests")
public class DryRunsResource {

    private final BacktestService backtests;

    DryRunsResource(BacktestService backtests) {
        this.backtests = backtests;
    }

    /**
     * A dry run by other rules.
     *
     * @param rules what differs from the standard ones
     */
    @Schema(name = "DryRun")
    record DryRun(@Nullable String model, @Nullable PaperRequest rules) {}

    @GET
    @Operation(summary = "The dry runs that go on, by model")
    public List<Backtest> dryRuns() {
        return backtests.dryRuns();
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "End the dry run of a model and begin another one with the next close",
            description =
                    "A dry run begins by itself with the first signal of a model. This one begins with its"
                            + " present symbols, and other rules where they are given.")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(implementation = DryRun.class),
                            example =
                                    "{\"model\": \"simulated-5m\", \"rules\": {\"shorts\": false}}"))
    @APIResponse(responseCode = "400", description = "invalid-field")
    @APIResponse(responseCode = "404", description = "no-such-model")
    @APIResponse(responseCode = "503", description = "no-signals")
    public Backtest begin(@Nullable DryRun wanted) {
        if (wanted == null || wanted.model() == null) {
            throw new Failure(
                    Failure.Category.INVALID,
                    "invalid-field",
                    "give the model: {\"model\": \"simulated-5m\"}");
        }
        return backtests.dryRun(wanted.model(), wanted.rules());
    }
}
