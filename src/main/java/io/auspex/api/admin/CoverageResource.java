package io.auspex.api.admin;

import io.auspex.ingest.CandleCoverage;
import io.auspex.ingest.CandleGaps;
import io.auspex.ingest.IngestSnapshot;
import io.auspex.ingest.IngestStatus;
import io.auspex.market.Timeframe;
import io.auspex.platform.Failure;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What is stored of the market. */
@Path("/api/market")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Market")
public class CoverageResource {

    private final IngestStatus ingest;
    private final CandleGaps gaps;

    CoverageResource(IngestStatus ingest, CandleGaps gaps) {
        this.ingest = ingest;
        this.gaps = gaps;
    }

    /**
     * The running feed's candles.
     *
     * @param feed identity of the feed
     */
    record CoverageView(String feed, Timeframe timeframe, List<CandleCoverage> symbols) {}

    @GET
    @Path("/coverage")
    @Operation(summary = "Per symbol: first and last close, missing, repaired, corrected")
    @APIResponse(responseCode = "503", description = "no-feed")
    public Uni<CoverageView> coverage() {
        IngestSnapshot now = ingest.snapshot();
        if (now.feed().isEmpty() || now.timeframe().isEmpty()) {
            throw new Failure(Failure.Category.NOT_READY, "no-feed", "no feed has run yet");
        }
        String feed = now.feed().get();
        Timeframe timeframe = Timeframe.of(now.timeframe().get());
        return gaps.coverage(feed, timeframe)
                .map(symbols -> new CoverageView(feed, timeframe, symbols));
    }
}
