package io.auspex.platform;

import com.fasterxml.jackson.databind.JsonNode;

/** JSON for a reader at a terminal: indented names and values, no punctuation. */
final class ReadableJson {

    private static final String INDENT = "  ";

    private ReadableJson() {}

    static String of(JsonNode node) {
        StringBuilder text = new StringBuilder();
        append(text, node, "");
        return text.toString();
    }

    private static void append(StringBuilder text, JsonNode node, String indent) {
        if (node.isObject()) {
            node.properties()
                    .forEach(field ->
                            appendNamed(
                                    text,
                                    indent + field.getKey().replace('_', ' '),
                                    field.getValue(),
                                    indent));
        } else {
            int number = 1;
            for (JsonNode element : node) {
                appendNamed(text, indent + "- " + number, element, indent);
                number++;
            }
        }
    }

    private static void appendNamed(
            StringBuilder text, String name, JsonNode value, String indent) {
        if (value.isContainerNode() && !value.isEmpty() && !isListOfValues(value)) {
            text.append(name).append('\n');
            append(text, value, indent + INDENT);
        } else {
            text.append("%-30s %s%n".formatted(name, plain(value)));
        }
    }

    private static boolean isListOfValues(JsonNode node) {
        if (!node.isArray()) {
            return false;
        }
        for (JsonNode element : node) {
            if (element.isContainerNode()) {
                return false;
            }
        }
        return true;
    }

    private static String plain(JsonNode value) {
        if (value.isNull() || (value.isContainerNode() && value.isEmpty())) {
            return "-";
        }
        if (value.isArray()) {
            StringBuilder list = new StringBuilder();
            value.forEach(
                    element -> list.append(list.isEmpty() ? "" : ", ").append(element.asText()));
            return list.toString();
        }
        return value.asText();
    }
}
