package io.auspex.configuration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.auspex.platform.Json;
import io.auspex.triggers.RefitRules;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rules of a model, and notes everything that is wrong with them. The rules themselves
 * know what is right, but say so of the first fault only; so every value is first tried alone,
 * among others that are right.
 */
final class RulesReader {

    private final ObjectNode valid;
    private final ConfigurationReader.Faults faults;

    RulesReader(RefitRules valid, ConfigurationReader.Faults faults) {
        this.valid = Json.mapper().valueToTree(valid);
        this.faults = faults;
    }

    /** Null when there are faults, which have been noted. */
    @Nullable RefitRules read(String path, JsonNode rules) {
        boolean right = isObject(path, rules, valid);
        if (!rules.isObject()) {
            return null;
        }
        for (var part : valid.properties()) {
            JsonNode given = rules.get(part.getKey());
            if (given == null) {
                continue;
            }
            String below = Pointer.below(path, part.getKey());
            if (!part.getValue().isObject()) {
                right &= isRight(below, valid.deepCopy(), "", part.getKey(), given);
                continue;
            }
            right &= isObject(below, given, part.getValue());
            if (given.isObject()) {
                right &= areRight(below, part.getKey(), part.getValue(), given);
            }
        }
        return right ? parse(path, rules) : null;
    }

    private boolean areRight(String path, String part, JsonNode valid, JsonNode given) {
        boolean right = true;
        for (var field : given.properties()) {
            if (valid.has(field.getKey())) {
                right &=
                        isRight(
                                Pointer.below(path, field.getKey()),
                                this.valid.deepCopy(),
                                part,
                                field.getKey(),
                                field.getValue());
            }
        }
        return right;
    }

    /** Whether one value is, in rules of which everything else is. */
    private boolean isRight(
            String path, ObjectNode rules, String part, String field, JsonNode value) {
        ObjectNode holder = part.isEmpty() ? rules : (ObjectNode) rules.get(part);
        holder.set(field, value);
        RefitRules read = parse(path, rules);
        if (read == null) {
            return false;
        }
        JsonNode tree = Json.mapper().valueToTree(read);
        JsonNode written = (part.isEmpty() ? tree : tree.get(part)).get(field);
        // A text is no number here, nor is a broken number a whole one.
        if (written.getNodeType() != value.getNodeType()
                || (value.isNumber() && written.doubleValue() != value.doubleValue())) {
            faults.note(
                    path,
                    "a value such as %s is wanted: %s"
                            .formatted(written, ConfigurationReader.shown(value)));
            return false;
        }
        return true;
    }

    private @Nullable RefitRules parse(String path, JsonNode rules) {
        try {
            return Json.mapper()
                    .readerFor(RefitRules.class)
                    .with(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                    .readValue(rules);
        } catch (ValueInstantiationException refused) {
            Throwable why = refused.getCause();
            faults.note(path, String.valueOf(why == null ? null : why.getMessage()));
        } catch (JsonProcessingException unreadable) {
            faults.note(path, "this value cannot be read here");
        } catch (IOException impossible) {
            throw new IllegalStateException("a tree in memory can be read", impossible);
        }
        return null;
    }

    private boolean isObject(String path, JsonNode given, JsonNode like) {
        if (!given.isObject()) {
            faults.note(path, "an object is wanted");
            return false;
        }
        Set<String> names = new TreeSet<>();
        like.fieldNames().forEachRemaining(names::add);
        ConfigurationReader.fields(path, given, names, faults);
        return given.size() == names.size() && names.stream().allMatch(given::has);
    }
}
