package io.auspex.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** {@code docs/asyncapi.yaml} as a test reads it. */
final class AsyncApi {

    private static final Path FILE = Path.of("docs/asyncapi.yaml");
    private static final AsyncApi DOCUMENT = read();

    private final JsonNode root;
    private final Map<String, JsonSchema> schemas = new HashMap<>();

    private AsyncApi(JsonNode root) {
        this.root = root;
        JsonSchemaFactory factory = JsonSchemaFactory.getInstance(VersionFlag.V202012);
        root.path("components")
                .path("messages")
                .properties()
                .forEach(message -> {
                    // The payload with everything that its references lead to.
                    ObjectNode payload = message.getValue().path("payload").deepCopy();
                    payload.set("components", root.path("components"));
                    schemas.put(message.getKey(), factory.getSchema(payload));
                });
    }

    static AsyncApi document() {
        return DOCUMENT;
    }

    JsonNode root() {
        return root;
    }

    /** The names of all messages. */
    Set<String> messages() {
        return new TreeSet<>(schemas.keySet());
    }

    /** The name under which a message is described that the server sends. */
    static String nameOf(JsonNode message) {
        String type = message.path("type").asText();
        // There is a request of that name, too.
        return type.equals("list") ? "topics" : type;
    }

    void check(String name, JsonNode message) {
        assertThat(schemas).as(message.toString()).containsKey(name);
        assertThat(schemas.get(name).validate(message)).as(message.toString()).isEmpty();
    }

    private static AsyncApi read() {
        try {
            return new AsyncApi(new ObjectMapper(new YAMLFactory()).readTree(FILE.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
