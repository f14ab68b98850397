package io.auspex.platform;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;

/**
 * The one JSON dialect of Auspex: snake_case names, ISO-8601 times in UTC, unknown properties
 * refused.
 */
public final class Json {

    /** Longest document read, in characters. */
    public static final int MAX_DOCUMENT_CHARS = 16 * 1024 * 1024;

    /** Deepest nesting of arrays and objects. */
    public static final int MAX_DEPTH = 64;

    /** Longest text in a document, in characters. */
    public static final int MAX_TEXT_CHARS = 1_000_000;

    private static final ObjectMapper MAPPER = configure(new JsonMapper(factory()));

    private Json() {}

    /** The shared mapper; thread-safe, not to be reconfigured. */
    public static ObjectMapper mapper() {
        return MAPPER;
    }

    /** Applies the dialect to a mapper that somebody else made. */
    public static ObjectMapper configure(ObjectMapper mapper) {
        return mapper.registerModule(new JavaTimeModule())
                .registerModule(new Jdk8Module())
                .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    }

    /** What no document that is read may go beyond. */
    static StreamReadConstraints limits() {
        return StreamReadConstraints.builder()
                .maxDocumentLength(MAX_DOCUMENT_CHARS)
                .maxNestingDepth(MAX_DEPTH)
                .maxStringLength(MAX_TEXT_CHARS)
                .build();
    }

    private static JsonFactory factory() {
        return (JsonFactory)
                JsonFactory.builder()
                        .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                        .streamReadConstraints(limits())
                        .build();
    }
}
