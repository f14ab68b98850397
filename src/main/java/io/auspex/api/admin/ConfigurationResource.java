package io.auspex.api.admin;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.auspex.api.problem.Problem;
import io.auspex.configuration.ConfigurationChange;
import io.auspex.configuration.ConfigurationService;
import io.auspex.configuration.Fault;
import io.auspex.configuration.ImportOutcome;
import io.auspex.security.AuditLog;
import io.auspex.security.AuditedCall;
import io.auspex.security.AuditedChange;
import io.auspex.security.CallerOf;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The configuration that can be changed while the service runs, as one document. */
@Path("/api/config")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Configuration")
public class ConfigurationResource {

    /** Nothing is carried out. */
    private static final ConfigurationService.Record NO_RECORD =
            (_, _) -> Uni.createFrom().voidItem();

    private final ConfigurationService configuration;
    private final AuditLog audit;
    private final InstantSource clock;

    ConfigurationResource(ConfigurationService configuration, AuditLog audit, InstantSource clock) {
        this.configuration = configuration;
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * A document that was refused: a problem that lists problems.
     *
     * @param problems all of them, each with a JSON Pointer
     */
    @RegisterForReflection
    @JsonPropertyOrder({"type", "title", "status", "detail", "slug", "problems"})
    @Schema(name = "RefusedConfiguration")
    record RefusedConfiguration(
            String type,
            String title,
            int status,
            String detail,
            String slug,
            List<Fault> problems) {

        static RefusedConfiguration of(List<Fault> faults) {
            Problem problem =
                    Problem.of(
                            400,
                            "invalid-configuration",
                            "nothing was changed; wrong are: "
                                    + faults.stream()
                                            .map(fault ->
                                                    "%s (%s)"
                                                            .formatted(
                                                                    fault.path().isEmpty()
                                                                            ? "the document"
                                                                            : fault.path(),
                                                                    fault.message()))
                                            .collect(Collectors.joining("; ")));
            return new RefusedConfiguration(
                    problem.type(),
                    problem.title(),
                    problem.status(),
                    problem.detail(),
                    problem.slug(),
                    faults);
        }
    }

    @GET
    @Path("/export")
    @RunOnVirtualThread
    @Operation(
            summary = "The configuration that can be changed while the service runs",
            description =
                    "The switch of the trainer, the members of the ensemble with their weights, and"
                            + " of every model its policy and its rules of retraining (null: those"
                            + " of the options). No secrets. Equal configurations are equal bytes;"
                            + " the ETag names them.")
    @APIResponse(responseCode = "200", content = @Content(mediaType = MediaType.APPLICATION_JSON))
    public Response export() {
        ConfigurationService.Export export = configuration.export();
        return Response.ok(export.document(), MediaType.APPLICATION_JSON)
                .header("ETag", quoted(export.hash()))
                .header("Cache-Control", "no-store")
                .build();
    }

    @POST
    @Path("/import")
    @Consumes(MediaType.APPLICATION_JSON)
    @RunOnVirtualThread
    @Operation(
            summary = "Make a document the configuration, whole or not at all",
            description =
                    "As the export writes it. Everything that is wrong is listed, and then nothing"
                            + " is changed. Models that are left out keep what they have; members"
                            + " that are left out leave.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            example =
                                    "{\"version\": 1, \"trainer\": {\"running\": true}, \"ensemble\":"
                                            + " {\"weights\": {\"lava_ai\": 0.35, \"lgbm_ai\": 0.4,"
                                            + " \"mistral_ai\": 0.0, \"trading_ai\": 0.25}},"
                                            + " \"models\": {}}"))
    @APIResponse(
            responseCode = "200",
            description = "what changed, or would change",
            content = @Content(schema = @Schema(implementation = ImportOutcome.Accepted.class)))
    @APIResponse(
            responseCode = "400",
            description = "invalid-configuration, invalid-parameter",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            schema = @Schema(implementation = RefusedConfiguration.class)))
    @APIResponse(responseCode = "412", description = "configuration-changed")
    public Response importing(
            byte @Nullable [] document,
            @Parameter(description = "true: only say what would change") @QueryParam("dry_run")
                    @Nullable String dryRun,
            @Parameter(description = "kept with weights that change") @QueryParam("reason")
                    @Nullable String reason,
            @Parameter(description = "the ETag of the export that the document was made from")
                    @HeaderParam("If-Match")
                    @Nullable String ifMatch,
            @Context RoutingContext routing) {
        boolean dry = flag(dryRun);
        ImportOutcome outcome =
                configuration.importing(
                        document == null ? new byte[0] : document,
                        expected(ifMatch),
                        reason(reason),
                        dry,
                        dry ? NO_RECORD : recordedBy(routing, reason));
        return switch (outcome) {
            case ImportOutcome.Accepted accepted -> {
                if (accepted.applied()) {
                    CallerOf.recording(routing);
                } else {
                    CallerOf.say(routing, told(accepted, reason));
                }
                yield Response.ok(accepted)
                        .type(MediaType.APPLICATION_JSON)
                        .header("ETag", quoted(accepted.hash()))
                        .build();
            }
            case ImportOutcome.Refused refused ->
                    Response.status(400)
                            .type(Problem.MEDIA_TYPE)
                            .entity(RefusedConfiguration.of(refused.faults()))
                            .build();
            case ImportOutcome.Stale stale ->
                    Response.status(412)
                            .type(Problem.MEDIA_TYPE)
                            .header("ETag", quoted(stale.hash()))
                            .entity(
                                    Problem.of(
                                            412,
                                            "configuration-changed",
                                            "the configuration is another one by now; export it"
                                                    + " again, and import what you make of that"))
                            .build();
        };
    }

    /** Together with the import: it cannot be without its row in the audit log. */
    private ConfigurationService.Record recordedBy(
            RoutingContext routing, @Nullable String reason) {
        AuditedChange change =
                audit.begin(
                        new AuditedCall(
                                clock.instant(),
                                CallerOf.get(routing),
                                CallerOf.address(routing.request()),
                                "config.import",
                                "/api/config/import",
                                "done",
                                ""));
        return (connection, accepted) -> change.append(connection, told(accepted, reason));
    }

    private static String told(ImportOutcome.Accepted accepted, @Nullable String reason) {
        String paths =
                accepted.changes().stream()
                        .map(ConfigurationChange::path)
                        .collect(Collectors.joining(", "));
        return (accepted.applied() ? "changed" : "dry run, would change")
                + (paths.isEmpty() ? " nothing" : ": " + paths)
                + (reason == null || reason.isBlank() ? "" : "; reason: " + reason);
    }

    private static String reason(@Nullable String reason) {
        if (reason == null || reason.isBlank()) {
            return "imported over REST";
        }
        if (reason.length() > ConfigurationService.MAX_REASON) {
            throw QueryNumbers.invalid(
                    "reason has at most " + ConfigurationService.MAX_REASON + " characters");
        }
        return "imported over REST: " + reason;
    }

    private static boolean flag(@Nullable String text) {
        return switch (text) {
            case null -> false;
            case "true" -> true;
            case "false" -> false;
            default -> throw QueryNumbers.invalid("dry_run must be true or false: '" + text + "'");
        };
    }

    /** The hashes of {@code If-Match}; null for whatever. */
    private static @Nullable Set<String> expected(@Nullable String header) {
        if (header == null || header.strip().equals("*")) {
            return null;
        }
        return Stream.of(header.split(","))
                .map(String::strip)
                .map(tag ->
                        tag.length() >= 2 && tag.startsWith("\"") && tag.endsWith("\"")
                                ? tag.substring(1, tag.length() - 1)
                                : tag)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static String quoted(String hash) {
        return "\"" + hash + "\"";
    }
}
