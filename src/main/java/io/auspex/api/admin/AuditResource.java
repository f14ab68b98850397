package io.auspex.api.admin;

import io.auspex.security.AuditLog;
import io.auspex.security.AuditReport;
import io.auspex.security.AuditTable;
import io.auspex.security.AuditView;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jspecify.annotations.Nullable;

/** Who did what. */
@Path("/api/audit")
@Tag(name = "Security")
public class AuditResource {

    private final AuditLog audit;

    AuditResource(AuditLog audit) {
        this.audit = audit;
    }

    @GET
    @RunOnVirtualThread
    @Produces({MediaType.APPLICATION_JSON, "text/csv"})
    @Operation(
            summary = "The audit log in its order, as JSON or CSV",
            description =
                    "A page at a time: give the seq of the last row as after. An erased subject has"
                            + " a pseudonym and no name.")
    @APIResponse(
            responseCode = "200",
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(implementation = AuditView[].class)),
                @Content(mediaType = "text/csv", schema = @Schema(implementation = String.class))
            })
    @APIResponse(responseCode = "400", description = "invalid-parameter")
    public RestResponse<Object> audit(
            @QueryParam("after") @Nullable String after,
            @Parameter(description = "1 to 1000; 100 without it") @QueryParam("limit")
                    @Nullable String limit,
            @Parameter(description = "such as refit.request; all without it") @QueryParam("action")
                    @Nullable String action,
            @Parameter(description = "json or csv") @QueryParam("format") @Nullable String format) {
        List<AuditView> rows =
                audit.rows(
                        after == null ? 0 : QueryNumbers.whole("after", after),
                        QueryNumbers.limit(limit),
                        action);
        return switch (format) {
            case null -> ResponseBuilder.<Object>ok(rows, MediaType.APPLICATION_JSON).build();
            case "json" -> ResponseBuilder.<Object>ok(rows, MediaType.APPLICATION_JSON).build();
            case "csv" -> ResponseBuilder.<Object>ok(AuditTable.csv(rows), "text/csv").build();
            default -> throw QueryNumbers.invalid("format must be json or csv");
        };
    }

    @GET
    @Path("/verify")
    @RunOnVirtualThread
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Read the whole chain of hashes",
            description =
                    "Says where the first row is that is not as it was written. The head in the"
                            + " answer is to be kept elsewhere, and given as anchor the next time.")
    @APIResponse(responseCode = "400", description = "invalid-parameter")
    public AuditReport verify(
            @Parameter(description = "<seq>:<hash> of an earlier answer") @QueryParam("anchor")
                    @Nullable String anchor) {
        audit.flush();
        try {
            return audit.verify(anchor);
        } catch (IllegalArgumentException wrong) {
            throw QueryNumbers.invalid(String.valueOf(wrong.getMessage()));
        }
    }
}
