package io.auspex.api.admin;

import io.auspex.platform.Failure;
import io.auspex.security.ApiKey;
import io.auspex.security.CallerOf;
import io.auspex.security.Keys;
import io.auspex.security.NewKey;
import io.auspex.security.Role;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;
import org.jspecify.annotations.Nullable;

/** Keys of the API. */
@Path("/api/keys")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Security")
public class KeysResource {

    /** How long the old key goes on when a rotation does not say. */
    private static final Duration OVERLAP = Duration.ofHours(24);

    private static final Duration MOST = Duration.ofDays(3650);

    private final Keys keys;
    private final InstantSource clock;

    KeysResource(Keys keys, InstantSource clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * What a key is to be.
     *
     * @param role viewer, trader, operator or admin
     * @param subject on whose behalf it is used; its name when left out
     * @param expiresAfter ISO 8601, P90D; null for never
     */
    @RegisterForReflection
    @Schema(name = "KeyRequest")
    record KeyRequest(
            @Nullable String name,
            @Nullable String role,
            @Nullable String subject,
            @Nullable String expiresAfter) {}

    /**
     * How a key is to be replaced.
     *
     * @param overlap how long the old one goes on, ISO 8601; a day when left out
     */
    @RegisterForReflection
    @Schema(name = "KeyRotation")
    record Rotation(@Nullable String overlap) {}

    @GET
    @RunOnVirtualThread
    @Operation(summary = "All keys, the newest first; never what opens anything")
    public List<ApiKey> keys() {
        return keys.keys();
    }

    @POST
    @RunOnVirtualThread
    @Operation(
            summary = "Make a key; the token in the answer is shown this once",
            description =
                    "On an open service it is asked for from the next start on, when it is an"
                            + " admin's.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = KeyRequest.class),
                            example = "{\"name\": \"bot-7\", \"role\": \"trader\"}"))
    @APIResponse(
            responseCode = "201",
            content = @Content(schema = @Schema(implementation = IssuedView.class)))
    @APIResponse(responseCode = "400", description = "invalid-field")
    @APIResponse(responseCode = "409", description = "too-many-keys")
    public RestResponse<IssuedView> create(@Nullable String body, @Context RoutingContext routing) {
        KeyRequest request =
                OptionalBody.read(body, KeyRequest.class, new KeyRequest(null, null, null, null));
        NewKey key = key(request);
        return created(IssuedView.of(keys.create(key, CallerOf.recording(routing))));
    }

    @POST
    @Path("/{id}/rotate")
    @RunOnVirtualThread
    @Operation(summary = "Make another key in place of one, which goes on for the overlap")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Rotation.class),
                            example = "{\"overlap\": \"PT24H\"}"))
    @APIResponse(
            responseCode = "201",
            content = @Content(schema = @Schema(implementation = IssuedView.class)))
    @APIResponse(responseCode = "400", description = "invalid-field")
    @APIResponse(responseCode = "404", description = "no-such-key")
    @APIResponse(responseCode = "409", description = "key-not-usable, too-many-keys")
    public RestResponse<IssuedView> rotate(
            @PathParam("id") String id, @Nullable String body, @Context RoutingContext routing) {
        Rotation rotation = OptionalBody.read(body, Rotation.class, new Rotation(null));
        Duration overlap =
                rotation.overlap() == null ? OVERLAP : duration("overlap", rotation.overlap());
        return created(IssuedView.of(keys.rotate(id, overlap, CallerOf.recording(routing))));
    }

    @DELETE
    @Path("/{id}")
    @RunOnVirtualThread
    @Operation(
            summary = "Revoke a key",
            description =
                    "At once in this process, within auspex.security.refresh in others. It stays in"
                            + " the list.")
    @APIResponse(responseCode = "404", description = "no-such-key")
    public ApiKey revoke(@PathParam("id") String id, @Context RoutingContext routing) {
        return keys.revoke(id, CallerOf.recording(routing));
    }

    private NewKey key(KeyRequest request) {
        if (request.name() == null || request.role() == null) {
            throw invalid("give a name and a role: {\"name\": \"bot-7\", \"role\": \"trader\"}");
        }
        Role role =
                Role.of(request.role())
                        .orElseThrow(
                                () -> invalid("role must be viewer, trader, operator or admin"));
        Instant expiry =
                request.expiresAfter() == null
                        ? null
                        : clock.instant().plus(duration("expires_after", request.expiresAfter()));
        try {
            return new NewKey(
                    request.name(),
                    role,
                    request.subject() == null ? request.name() : request.subject(),
                    expiry);
        } catch (IllegalArgumentException wrong) {
            throw invalid(String.valueOf(wrong.getMessage()));
        }
    }

    private static Duration duration(String field, String text) {
        try {
            Duration duration = Duration.parse(text);
            if (!duration.isNegative() && duration.compareTo(MOST) <= 0) {
                return duration;
            }
        } catch (DateTimeException e) {
            // Said below.
        }
        throw invalid(field + " must be like P90D or PT24H, up to ten years");
    }

    private static RestResponse<IssuedView> created(IssuedView issued) {
        return ResponseBuilder.create(RestResponse.Status.CREATED, issued)
                .location(URI.create("/api/keys/" + issued.key().id()))
                .header("Cache-Control", "no-store")
                .build();
    }

    private static Failure invalid(String message) {
        return new Failure(Failure.Category.INVALID, "invalid-field", message);
    }
}
