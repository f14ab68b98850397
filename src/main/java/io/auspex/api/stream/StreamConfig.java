package io.auspex.api.stream;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Bounds of the stream. */
@ConfigMapping(prefix = "auspex.stream")
interface StreamConfig {

    /** Open connections; one more is closed with 1013. */
    @WithDefault("10000")
    int maxConnections();

    /** Topics that one connection may be subscribed to. */
    @WithDefault("256")
    int maxTopics();

    /** Characters of one message from a client; a longer one gets an error. */
    @WithDefault("16384")
    int maxMessageChars();

    /** Messages that may wait for one connection before it is closed with 4008. */
    @WithDefault("4096")
    int maxWaitingMessages();

    /** Characters that may wait for one connection before it is closed with 4008. */
    @WithDefault("4194304")
    long maxWaitingChars();
}
