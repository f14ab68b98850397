package io.auspex.api.admin;

import io.auspex.ensemble.OnlineLearning;
import io.auspex.ensemble.Reinforcement;
import io.auspex.ensemble.ReinforcementSession;
import io.auspex.platform.Failure;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Sessions in which members trade the past on paper, and their weights learn from it. */
@Path("/api/reinforcement")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Ensemble")
public class ReinforcementResource {

    private final Reinforcement reinforcement;
    private final OnlineLearning online;

    ReinforcementResource(Reinforcement reinforcement, OnlineLearning online) {
        this.reinforcement = reinforcement;
        this.online = online;
    }

    /**
     * How it stands.
     *
     * @param running whether the session of this answer runs
     * @param session null when there has been none
     */
    @Schema(name = "ReinforcementStatus")
    record StatusOfSession(boolean running, @Nullable ReinforcementSession session) {}

    /** Which session is meant; null for the one that runs. */
    @Schema(name = "ReinforcementStop")
    @RegisterForReflection
    record Stop(@Nullable String sessionId) {}

    /** Whose trade's effect is to be taken back. */
    @Schema(name = "ReinforcementUndo")
    record Undo(@Nullable String tradeId) {}

    /** The weights without it. */
    @Schema(name = "ReinforcementUndone")
    record Undone(boolean status, String tradeId, Map<String, Object> weights) {}

    @POST
    @Path("/start")
    @RunOnVirtualThread
    @Operation(
            summary = "Replay the newest days to the members, and let their weights learn",
            description =
                    "Every field may be left out. apply: whether the weights become those in force"
                            + " in the end; without it only when no member was trained on a part of"
                            + " the period.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Reinforcement.Request.class),
                            example =
                                    "{\"test_period_days\": 30, \"learning_rate\": 0.01, \"reward_multiplier\": 1.5, \"punishment_multiplier\": 0.8}"))
    @APIResponse(responseCode = "200", description = "begun; estimated_duration is in minutes")
    @APIResponse(responseCode = "400", description = "malformed-body, invalid-field")
    @APIResponse(responseCode = "409", description = "session-running, too-few-members")
    @APIResponse(responseCode = "503", description = "no-candles")
    public Reinforcement.Started start(@Nullable String body) {
        return reinforcement.begin(
                OptionalBody.read(
                        body, Reinforcement.Request.class, Reinforcement.Request.DEFAULTS));
    }

    @GET
    @Path("/status")
    @Operation(summary = "A session with its progress and result; the newest when none is named")
    @APIResponse(responseCode = "404", description = "no-such-session")
    public Uni<StatusOfSession> status(@QueryParam("session_id") @Nullable String id) {
        Uni<ReinforcementSession> one =
                id == null
                        ? reinforcement
                                .sessions(1)
                                .map(sessions -> sessions.isEmpty() ? null : sessions.getFirst())
                        : reinforcement.session(id);
        return one.map(ReinforcementResource::status);
    }

    @GET
    @Path("/sessions")
    @Operation(summary = "All sessions, newest first")
    @APIResponse(responseCode = "400", description = "invalid-parameter")
    public Uni<List<ReinforcementSession>> sessions(
            @Parameter(description = "1 to 1000; 100 without it") @QueryParam("limit")
                    @Nullable String limit) {
        return reinforcement.sessions(QueryNumbers.limit(limit));
    }

    @POST
    @Path("/stop")
    @Operation(summary = "End the session that runs; its trades stay, its weights are not used")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Stop.class)))
    @APIResponse(responseCode = "400", description = "malformed-body")
    @APIResponse(responseCode = "409", description = "no-session-running")
    public Uni<ReinforcementSession> stop(@Nullable String body) {
        return reinforcement.end(OptionalBody.read(body, Stop.class, new Stop(null)).sessionId());
    }

    @POST
    @Path("/undo")
    @Operation(
            summary = "Take back what a reported trade did to the weights in force",
            description =
                    "The weights are then, bit for bit, those that there would be without the"
                            + " trade. It is not learnt from again.")
    @APIResponse(responseCode = "400", description = "malformed-body, invalid-field")
    @APIResponse(responseCode = "404", description = "trade-not-learnt")
    @APIResponse(responseCode = "409", description = "trade-undone, weights-set-since")
    public Uni<Undone> undo(@Nullable Undo undo) {
        String trade = undo == null ? null : undo.tradeId();
        if (trade == null || trade.isBlank()) {
            throw new Failure(
                    Failure.Category.INVALID,
                    "invalid-field",
                    "give the trade: {\"trade_id\": \"..\"}");
        }
        return online.undo(trade)
                .map(weights -> new Undone(true, trade, WeightsResource.view(weights)));
    }

    private static StatusOfSession status(@Nullable ReinforcementSession session) {
        return new StatusOfSession(
                session != null && session.state() == ReinforcementSession.State.RUNNING, session);
    }
}
