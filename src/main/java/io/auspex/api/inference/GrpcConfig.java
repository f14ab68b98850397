package io.auspex.api.inference;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Bounds of gRPC, which shares the port of HTTP. */
@ConfigMapping(prefix = "auspex.grpc")
interface GrpcConfig {

    /** Bytes of a message; a longer one is refused. */
    @WithDefault("10485760")
    int maxMessageBytes();
}
