package io.auspex.configuration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One value that is another one.
 *
 * @param path a JSON Pointer
 * @param from null for what was not there
 * @param to null for what is not there any more
 */
@RegisterForReflection
public record ConfigurationChange(String path, JsonNode from, JsonNode to) {

    /** What differs, value by value, in the order of the documents. */
    static List<ConfigurationChange> between(JsonNode from, JsonNode to) {
        List<ConfigurationChange> changes = new ArrayList<>();
        compare("", from, to, changes);
        return changes;
    }

    private static void compare(
            String path, JsonNode from, JsonNode to, List<ConfigurationChange> changes) {
        if (from.isObject() && to.isObject()) {
            Set<String> names = new LinkedHashSet<>();
            from.fieldNames().forEachRemaining(names::add);
            to.fieldNames().forEachRemaining(names::add);
            names.forEach(name ->
                    compare(
                            Pointer.below(path, name),
                            value(from, name),
                            value(to, name),
                            changes));
        } else if (!from.equals(to)) {
            changes.add(new ConfigurationChange(path, from, to));
        }
    }

    private static JsonNode value(JsonNode object, String name) {
        JsonNode value = object.get(name);
        return value == null ? NullNode.getInstance() : value;
    }
}
