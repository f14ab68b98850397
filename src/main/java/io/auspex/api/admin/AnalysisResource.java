package io.auspex.api.admin;

import io.auspex.backtest.ModelAnalyses;
import io.auspex.backtest.ModelAnalysis;
import io.auspex.ensemble.PastEnsembles;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** A model over time. */
@Path("/api/models/{name}/analysis")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Models")
public class AnalysisResource {

    private final ModelAnalyses analyses;

    AnalysisResource(ModelAnalyses analyses) {
        this.analyses = analyses;
    }

    @GET
    @Operation(
            summary = "A model over its versions, live and on paper, and what to try",
            description =
                    "Recommendations follow from stated rules (docs/backtest.md), each with the figure that makes it speak.")
    @APIResponse(responseCode = "404", description = "no-such-model")
    public ModelAnalysis analysis(@PathParam("name") String name) {
        if (name.equals(PastEnsembles.NAME)) {
            throw NoSuchModel.named(name);
        }
        return analyses.of(name);
    }
}
