package io.auspex.api.stream;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

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

    /** Bytes that may wait for one connection before it is closed with 4008. */
    @WithDefault("4194304")
    long maxWaitingBytes();

    /**
     * Bytes that the system may hold for one connection behind those that wait here; the kernel
     * doubles it for its own bookkeeping. Without a bound it holds megabytes for each that does not
     * read, who is noticed only when they are full.
     */
    @WithDefault("131072")
    int sendBuffer();

    /** Signals kept in memory for those who resume. */
    @WithDefault("10000")
    int recentSignals();

    /** Missed signals of a topic that are made up for; with more there is a snapshot instead. */
    @WithDefault("10000")
    int maxRecovered();

    /** Signals read from the ledger at once for one who resumes. */
    @WithDefault("250")
    int recoveryPage();

    /** Readings of the ledger at the same time for those who resume. */
    @WithDefault("4")
    int recoveries();

    /** How often every client is told, and asked, that the connection lives. */
    @WithDefault("15s")
    Duration heartbeat();

    /** A client of which nothing was heard for so long is closed with 4009. */
    @WithDefault("45s")
    Duration silence();

    /** From the announcement that the server stops to the end of its connections. */
    @WithDefault("2s")
    Duration shutdownGrace();
}
