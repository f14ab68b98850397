package io.auspex.api.admin;

import io.auspex.ensemble.Performance;
import io.auspex.ensemble.Reinforcement;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What the trades of sessions were worth. No model can have the name of this path. */
@Path("/api/models/performance")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Ensemble")
public class PerformanceResource {

    private final Reinforcement reinforcement;

    PerformanceResource(Reinforcement reinforcement) {
        this.reinforcement = reinforcement;
    }

    @GET
    @RunOnVirtualThread
    @Operation(
            summary = "Every member's figures in a session, the newest when none is named",
            description =
                    "Win rate, total and average pnl, Sharpe, Sortino, drawdown, profit factor and"
                            + " expectancy, none annualised, of trades of one unit each; in_sample"
                            + " says whether the member's version was trained on a part of the"
                            + " period.")
    @APIResponse(responseCode = "404", description = "no-such-session")
    public Performance performance(@QueryParam("session_id") @Nullable String session) {
        return reinforcement.performance(session);
    }
}
