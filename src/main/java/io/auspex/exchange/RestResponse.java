package io.auspex.exchange;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** An HTTP response, whole. */
record RestResponse(int status, Map<String, String> headers, String body) {

    RestResponse {
        Map<String, String> lower = new TreeMap<>();
        headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
        headers = Map.copyOf(lower);
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    /** A header that is a whole number; empty when it is missing or not one. */
    OptionalLong number(String name) {
        Optional<String> text = header(name);
        if (text.isEmpty() || !text.get().strip().matches("\\d{1,18}")) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(Long.parseLong(text.get().strip()));
    }
}
