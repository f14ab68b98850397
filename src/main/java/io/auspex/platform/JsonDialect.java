package io.auspex.platform;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.inject.Singleton;

/** Gives the mapper of Quarkus the dialect of {@link Json}. */
@Singleton
class JsonDialect implements ObjectMapperCustomizer {

    @Override
    public void customize(ObjectMapper mapper) {
        Json.configure(mapper);
        mapper.getFactory()
                .configure(StreamReadFeature.USE_FAST_DOUBLE_PARSER.mappedFeature(), true)
                .setStreamReadConstraints(Json.limits());
    }
}
