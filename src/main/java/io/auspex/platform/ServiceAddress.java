package io.auspex.platform;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Where a running service is, for the commands that look at it. */
public record ServiceAddress(String host, int port) {

    /**
     * From the same options and environment as the service's own.
     *
     * @throws LaunchException when they are not understood
     */
    public static ServiceAddress of(String... arguments) {
        return switch (Options.parse(List.of(arguments))) {
            case Options.Parsed.Help() -> throw new LaunchException(Options.help());
            case Options.Parsed.Refused(String reason) ->
                    throw new LaunchException(reason + "\n" + Options.help());
            case Options.Parsed.Run run -> {
                run.properties().forEach(System::setProperty);
                PlatformConfig config = Auspex.config();
                yield of(config.host(), config.port());
            }
        };
    }

    /** A service that listens everywhere is reached over the loopback interface. */
    static ServiceAddress of(String host, int port) {
        return switch (host) {
            case "0.0.0.0" -> new ServiceAddress("127.0.0.1", port);
            case "::" -> new ServiceAddress("::1", port);
            default -> new ServiceAddress(host, port);
        };
    }

    /**
     * @param scheme {@code http} or {@code ws}
     * @param path with its leading slash
     */
    public URI uri(String scheme, String path) {
        return URI.create(scheme + "://" + this + path);
    }

    /** What to send as {@code Authorization}: the key in {@code AUSPEX_KEY}, when there is one. */
    static Optional<String> authorization() {
        return Optional.ofNullable(System.getenv("AUSPEX_KEY"))
                .filter(key -> !key.isBlank())
                .map(key -> "Bearer " + key.strip());
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
