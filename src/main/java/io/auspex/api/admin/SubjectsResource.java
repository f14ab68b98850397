package io.auspex.api.admin;

import io.auspex.security.CallerOf;
import io.auspex.security.Keys;
import io.auspex.security.SubjectRights;
import io.auspex.trades.TradeIntake;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The right to be forgotten. */
@Path("/api/subjects")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Security")
public class SubjectsResource {

    private final SubjectRights subjects;
    private final TradeIntake trades;

    SubjectsResource(SubjectRights subjects, TradeIntake trades) {
        this.subjects = subjects;
        this.trades = trades;
    }

    @DELETE
    @Path("/{subject}")
    @RunOnVirtualThread
    @Operation(
            summary = "Erase a subject: their trades, their keys, and whose their pseudonym was",
            description = "The audit log keeps its rows, under a pseudonym that is nobody's.")
    @APIResponse(responseCode = "404", description = "no-such-subject")
    @APIResponse(responseCode = "409", description = "own-subject")
    public SubjectRights.Erased erase(
            @PathParam("subject") String subject, @Context RoutingContext routing) {
        Keys.By by = CallerOf.recording(routing);
        // What waits in memory would be stored after everything else is gone.
        subjects.find(subject).ifPresent(trades::forget);
        return subjects.erase(subject, by);
    }
}
