package io.auspex.api.inference;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** This server as the protocol describes it. */
@ApplicationScoped
class ServerDescription {

    /** Names as Triton has them, whose extensions they are. */
    private static final List<String> EXTENSIONS =
            List.of("binary_tensor_data", "model_repository");

    private final String version;

    ServerDescription(@ConfigProperty(name = "quarkus.application.version") String version) {
        this.version = version;
    }

    String name() {
        return "auspex";
    }

    String version() {
        return version;
    }

    List<String> extensions() {
        return EXTENSIONS;
    }
}
