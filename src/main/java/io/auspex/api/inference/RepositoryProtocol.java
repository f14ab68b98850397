package io.auspex.api.inference;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The model repository extension over REST. Errors are {@code {"error": ".."}}. */
@Path("/v2/repository")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Open Inference Protocol")
public class RepositoryProtocol {

    private final Repository repository;

    RepositoryProtocol(Repository repository) {
        this.repository = repository;
    }

    @POST
    @Path("/index")
    @Operation(summary = "Every version of every model, and which of them serves")
    @RequestBody(content = @Content(example = "{\"ready\": true}"))
    public Uni<List<Repository.Entry>> index(byte @Nullable [] body) {
        return repository.index(object(body).path("ready").booleanValue());
    }

    /** Answers an empty object, for clients that read one. */
    @POST
    @Path("/models/{model}/load")
    @Operation(summary = "Serve the champion, loaded anew")
    @APIResponse(responseCode = "200")
    @APIResponse(responseCode = "400", description = "it has parameters: none are known")
    @APIResponse(responseCode = "404", description = "no such model")
    @APIResponse(responseCode = "503", description = "it has no champion, or cannot be loaded now")
    public Uni<Map<String, String>> load(@PathParam("model") String model, byte @Nullable [] body) {
        Set<String> parameters = names(object(body).path("parameters"));
        return ProtocolRefusal.speaking(repository.load(model, parameters)).replaceWith(Map.of());
    }

    /** Answers an empty object, for clients that read one. */
    @POST
    @Path("/models/{model}/unload")
    @Operation(summary = "Serve nothing of a model until it is loaded again")
    @APIResponse(responseCode = "200")
    @APIResponse(responseCode = "404", description = "no such model")
    public Uni<Map<String, String>> unload(
            @PathParam("model") String model, byte @Nullable [] body) {
        object(body);
        return ProtocolRefusal.speaking(repository.unload(model)).replaceWith(Map.of());
    }

    private static Set<String> names(JsonNode parameters) {
        if (!parameters.isMissingNode() && !parameters.isNull() && !parameters.isObject()) {
            throw Signature.invalid("invalid-request", "parameters must be an object");
        }
        return parameters.propertyStream().map(Map.Entry::getKey).collect(Collectors.toSet());
    }

    /** Bodies are optional; one that is there must be an object. */
    private static JsonNode object(byte @Nullable [] body) {
        if (body == null || body.length == 0) {
            return Json.mapper().createObjectNode();
        }
        try {
            JsonNode node = Json.mapper().readTree(body);
            JsonNode ready = node.path("ready");
            if (node.isObject() && (ready.isMissingNode() || ready.isBoolean())) {
                Repository.requireOurs(node.path("repository_name").asText());
                return node;
            }
        } catch (JsonProcessingException e) {
            throw RequestReader.malformed(e.getLocation());
        } catch (IOException e) {
            throw RequestReader.malformed(null);
        }
        throw Signature.invalid(
                "invalid-request", "the body must be a JSON object, 'ready' in it true or false");
    }
}
