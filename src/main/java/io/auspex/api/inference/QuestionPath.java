package io.auspex.api.inference;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/**
 * The path of a question to the champion of a model, read by hand. The template of a route does the
 * same with a regular expression and a map of parameters, which costs a tenth of a whole answer to
 * a binary request. Names that would have to be decoded first are left to that template.
 *
 * @param template as OpenAPI and the metrics have it, with {@code {model}} or {@code {name}} once
 */
record QuestionPath(String template, String before, String after) {

    /**
     * Of the routes that are asked most: behind everything that guards all routes, before all
     * others.
     */
    static final int ORDER = -50;

    /** Where Quarkus looks for the path that its metrics are to have. */
    private static final String TEMPLATE_OF_METRICS = "UrlPathTemplate";

    static QuestionPath of(String template) {
        int open = template.indexOf('{');
        int close = template.indexOf('}');
        return new QuestionPath(
                template, template.substring(0, open), template.substring(close + 1));
    }

    /** What a router matches by the beginning alone. */
    String prefix() {
        return before + "*";
    }

    /** The name in a path; null when it is another path, or not a plain name. */
    @Nullable String model(@Nullable String path) {
        if (path == null || !path.startsWith(before) || !path.endsWith(after)) {
            return null;
        }
        int end = path.length() - after.length();
        if (end <= before.length()) {
            return null;
        }
        for (int i = before.length(); i < end; i++) {
            if (!isPlain(path.charAt(i))) {
                return null;
            }
        }
        return path.substring(before.length(), end);
    }

    /** The metrics of the request under way get the template as its path, as of any route. */
    void tellMetrics() {
        Context context = Vertx.currentContext();
        if (context != null) {
            context.putLocal(TEMPLATE_OF_METRICS, template);
        }
    }

    private static boolean isPlain(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '_'
                || c == '.';
    }
}
