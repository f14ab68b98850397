package io.auspex.api.admin;

import io.auspex.platform.Failure;
import io.auspex.security.CallerOf;
import io.auspex.security.SecretName;
import io.auspex.security.Secrets;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Secrets of others: kept, used, never shown. */
@Path("/api/secrets")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Security")
public class SecretsResource {

    private final Secrets secrets;

    SecretsResource(Secrets secrets) {
        this.secrets = secrets;
    }

    /** What to keep. */
    @RegisterForReflection
    @Schema(name = "SecretValue")
    record Value(@Nullable String value) {

        /** Not the secret. */
        @Override
        public String toString() {
            return "a secret";
        }
    }

    @GET
    @RunOnVirtualThread
    @Operation(summary = "The names of all secrets; never values")
    public List<SecretName> names() {
        return secrets.names();
    }

    @PUT
    @Path("/{name}")
    @RunOnVirtualThread
    @Operation(
            summary = "Keep a secret, in place of the one of that name",
            description = "Encrypted with the key in AUSPEX_SECRETS_KEY before it is stored.")
    @RequestBody(
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = Value.class),
                            example = "{\"value\": \"...\"}"))
    @APIResponse(responseCode = "204")
    @APIResponse(responseCode = "400", description = "invalid-secret")
    @APIResponse(responseCode = "409", description = "no-secrets-key, too-many-secrets")
    public void set(
            @PathParam("name") String name,
            @Nullable String body,
            @Context RoutingContext routing) {
        Value value = OptionalBody.read(body, Value.class, new Value(null));
        if (value.value() == null) {
            throw new Failure(
                    Failure.Category.INVALID, "invalid-secret", "give {\"value\": \"...\"}");
        }
        secrets.set(name, value.value(), CallerOf.recording(routing));
    }

    @DELETE
    @Path("/{name}")
    @RunOnVirtualThread
    @Operation(summary = "Forget a secret")
    @APIResponse(responseCode = "204")
    @APIResponse(responseCode = "404", description = "no-such-secret")
    public void delete(@PathParam("name") String name, @Context RoutingContext routing) {
        secrets.delete(name, CallerOf.recording(routing));
    }
}
