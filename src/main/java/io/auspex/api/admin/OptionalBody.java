package io.auspex.api.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.auspex.platform.Json;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;

/**
 * A JSON body that may be left out, with its media type: {@code curl -X POST} sends neither, and a
 * parameter of any other type than text would answer 415.
 */
final class OptionalBody {

    private OptionalBody() {}

    /** What was sent, or what nothing stands for. */
    static <T> T read(@Nullable String body, Class<T> type, T otherwise) {
        if (body == null || body.isBlank()) {
            return otherwise;
        }
        try {
            T read = Json.mapper().readValue(body, type);
            return read == null ? otherwise : read;
        } catch (JsonProcessingException refused) {
            throw new WebApplicationException(refused, Response.Status.BAD_REQUEST);
        }
    }
}
