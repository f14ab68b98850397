package io.auspex.security;

import java.time.Duration;

/**
 * How long clients may take.
 *
 * @param connectionsPerClient of one address
 * @param countsLoopback whether addresses of this machine are counted too
 * @param head from the first byte of a request to the end of its head
 * @param bodyGrace from the head until the speed of a body counts
 * @param bodyBytesPerSecond that speed
 * @param idle between two requests
 * @param write without the client taking anything that waits for it
 */
record ArrivalLimits(
        int connectionsPerClient,
        boolean countsLoopback,
        Duration head,
        Duration bodyGrace,
        long bodyBytesPerSecond,
        Duration idle,
        Duration write) {

    private static final int LOOKS = 4;
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    static ArrivalLimits of(SecurityConfig config, boolean countsLoopback) {
        return new ArrivalLimits(
                config.connectionsPerClient(),
                countsLoopback,
                config.headTimeout(),
                config.bodyGrace(),
                config.bodyBytesPerSecond(),
                config.idleTimeout(),
                config.writeTimeout());
    }

    /** Whether a body of which so much has come since its head comes too slowly. */
    boolean isSlowerThanAllowed(long sinceHeadNanos, long bodyBytes) {
        long counted = sinceHeadNanos - bodyGrace.toNanos();
        return counted > 0 && bodyBytes < counted / 1e9 * bodyBytesPerSecond;
    }

    /** How often a connection is looked at: who is over a limit is cut within half of it more. */
    Duration look() {
        Duration shortest = head.compareTo(bodyGrace) < 0 ? head : bodyGrace;
        Duration look = shortest.dividedBy(LOOKS);
        return look.compareTo(LONGEST_PAUSE) < 0 ? look : LONGEST_PAUSE;
    }
}
