package io.auspex.platform;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.UUID;

/**
 * What this process is called by the database: the application name of all its sessions, new with
 * every start. {@code <host>-<pid>-<random>}, at most 63 bytes, which is all that PostgreSQL keeps.
 */
final class ProcessName {

    /** The property that {@code application.properties} hands to the pool. */
    static final String PROPERTY = "auspex-process.name";

    private static final int MAX_HOST_CHARS = 32;

    private ProcessName() {}

    static String fresh() {
        String host = host().replaceAll("[^A-Za-z0-9.-]", "-");
        String random = UUID.randomUUID().toString().substring(0, 8);
        return "auspex-%s-%d-%s"
                .formatted(
                        host.substring(0, Math.min(host.length(), MAX_HOST_CHARS)),
                        ProcessHandle.current().pid(),
                        random);
    }

    static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "localhost";
        }
    }
}
