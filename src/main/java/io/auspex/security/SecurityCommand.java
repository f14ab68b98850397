package io.auspex.security;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.auspex.platform.CommandDatabase;
import io.auspex.platform.Failure;
import io.auspex.platform.Json;
import io.auspex.platform.LaunchException;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code ./auspex keys}, {@code audit} and {@code secrets}: straight on the database of the
 * settings, whether the service runs or not. Whoever may read the data folder, or has the
 * database's password, may do all of this anyway; the audit log calls them {@code local}.
 */
public final class SecurityCommand {

    private static final Set<String> OWN =
            Set.of(
                    "role",
                    "name",
                    "subject",
                    "expires-after",
                    "id",
                    "overlap",
                    "anchor",
                    "format",
                    "after");

    private static final Caller LOCAL =
            new Caller("local", "local", Caller.ENVIRONMENT, Role.ADMIN, null);
    private static final Keys.By BY = new Keys.By(LOCAL, AuditedCall.LOCAL);

    private static final String USAGE =
            """
            keys create --name=<name> --role=<viewer|trader|operator|admin> [--subject=<whose>] [--expires-after=P90D]
            keys list
            keys rotate --id=<id> [--overlap=PT24H]
            keys revoke --id=<id>
            audit verify [--anchor=<seq>:<hash>]
            audit export [--format=json|csv] [--after=<seq>]
            secrets list
            secrets set --name=<name>     the value is read from standard input
            secrets rotate                encrypts everything again with AUSPEX_SECRETS_KEY
            each with [--data=<folder>] or [--database.url=<url>]
            """;

    /** Before those that know ISO 8601 alone. */
    private static final int CONVERTER = 300;

    private static final int EXPORT_PAGE = 1_000;
    private static final long PROGRESS_MILLIS = 2_000;

    private final Connections connections;
    private final Map<String, String> options;
    private final KeyStore store = new KeyStore();
    private final InstantSource clock = InstantSource.system();
    private final SecurityConfig security;
    private final SecretsConfig secrets;

    private SecurityCommand(Connections connections, Map<String, String> options) {
        this.connections = connections;
        this.options = options;
        SmallRyeConfig config =
                new SmallRyeConfigBuilder()
                        .addDefaultInterceptors()
                        .addDefaultSources()
                        .withConverter(Duration.class, CONVERTER, new DurationConverter())
                        .withMapping(SecurityConfig.class)
                        .withMapping(SecretsConfig.class)
                        .withValidateUnknown(false)
                        .build();
        this.security = config.getConfigMapping(SecurityConfig.class);
        this.secrets = config.getConfigMapping(SecretsConfig.class);
    }

    public static void main(String... arguments) {
        System.exit(run(arguments));
    }

    /** 0 when it was done, 1 when not, 2 when it was not understood. */
    static int run(String... arguments) {
        if (arguments.length < 2) {
            System.err.print(USAGE);
            return 2;
        }
        Map<String, String> own = new LinkedHashMap<>();
        List<String> others = new ArrayList<>();
        for (String argument : List.of(arguments).subList(2, arguments.length)) {
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            if (equals > 0 && name.startsWith("--") && OWN.contains(name.substring(2))) {
                own.put(name.substring(2), argument.substring(equals + 1));
            } else {
                others.add(argument);
            }
        }
        try (CommandDatabase database = CommandDatabase.open(others)) {
            return new SecurityCommand(database::connect, own)
                    .run(arguments[0] + " " + arguments[1]);
        } catch (LaunchException | Failure | IllegalArgumentException refused) {
            System.err.println("auspex: " + refused.getMessage());
            return 1;
        } catch (DatabaseFailedException failed) {
            System.err.println("auspex: the database: " + failed.getMessage());
            return 1;
        }
    }

    private int run(String command) {
        return switch (command) {
            case "keys create" -> createKey();
            case "keys list" -> print(connections.transaction(store::keys));
            case "keys rotate" -> rotateKey();
            case "keys revoke" ->
                    print(
                            connections.transaction(connection ->
                                    Keys.revoke(connection, required("id"), store, clock, BY)));
            case "audit verify" -> verify();
            case "audit export" -> export();
            case "secrets list" -> print(connections.transaction(SecretStore::names));
            case "secrets set" -> setSecret();
            case "secrets rotate" -> rotateSecrets();
            default -> {
                System.err.print(USAGE);
                yield 2;
            }
        };
    }

    private int createKey() {
        String name = required("name");
        Role role =
                Role.of(required("role"))
                        .orElseThrow(() ->
                                new IllegalArgumentException(
                                        "--role must be viewer, trader, operator or admin"));
        String after = options.get("expires-after");
        Instant expiry = after == null ? null : clock.instant().plus(duration(after));
        NewKey key = new NewKey(name, role, options.getOrDefault("subject", name), expiry);
        return show(
                connections.transaction(connection ->
                        Keys.create(connection, key, security.maxKeys(), store, clock, BY)));
    }

    private int rotateKey() {
        Duration overlap = duration(options.getOrDefault("overlap", "PT24H"));
        return show(
                connections.transaction(connection ->
                        Keys.rotate(
                                connection,
                                required("id"),
                                overlap,
                                security.maxKeys(),
                                store,
                                clock,
                                BY)));
    }

    private static int show(IssuedKey issued) {
        System.err.printf(
                "auspex: key %s, role %s; keep it, it is shown this once; send it as"
                        + " 'Authorization: Bearer <key>'%n",
                issued.key().id(), issued.key().role().text());
        System.out.println(issued.token());
        return 0;
    }

    private int verify() {
        long[] last = {System.currentTimeMillis()};
        AuditReport report =
                AuditLog.verify(
                        connections,
                        options.get("anchor"),
                        rows -> {
                            long now = System.currentTimeMillis();
                            if (now - last[0] > PROGRESS_MILLIS) {
                                last[0] = now;
                                System.err.printf("auspex: %d rows follow one another%n", rows);
                            }
                        });
        if (report.intact()) {
            System.out.printf(
                    "the audit log is whole: %d rows%nkeep this elsewhere, and give it the next"
                            + " time: --anchor=%s%n",
                    report.rows(), report.head());
            return 0;
        }
        System.out.printf(
                "the audit log is broken at row %d: %s%n%d rows before it follow one another%n",
                report.brokenAt(), report.reason(), report.rows());
        return 1;
    }

    private int export() {
        boolean csv = options.getOrDefault("format", "json").equals("csv");
        long after = Long.parseLong(options.getOrDefault("after", "0"));
        boolean first = true;
        while (true) {
            long start = after;
            List<AuditView> rows =
                    connections.transaction(
                            connection -> AuditRows.views(connection, start, EXPORT_PAGE, null));
            if (csv) {
                String text = AuditTable.csv(rows);
                // The header once.
                System.out.print(first ? text : text.substring(text.indexOf('\n') + 1));
            } else {
                rows.forEach(SecurityCommand::print);
            }
            if (rows.isEmpty()) {
                return 0;
            }
            first = false;
            after = rows.getLast().seq();
        }
    }

    private int setSecret() {
        String value;
        try {
            value = new String(System.in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException unreadable) {
            throw new IllegalArgumentException("standard input cannot be read", unreadable);
        }
        new Secrets(connections, secrets, clock).set(required("name"), value, BY);
        return 0;
    }

    private int rotateSecrets() {
        int rotated = new Secrets(connections, secrets, clock).rotate(BY);
        System.out.printf("%d secrets are encrypted anew%n", rotated);
        return 0;
    }

    private String required(String name) {
        String value = options.get(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("--" + name + "=... is missing\n" + USAGE);
        }
        return value;
    }

    private static Duration duration(String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeException odd) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no duration; write P90D or PT24H", odd);
        }
    }

    /** JSON, one object a line. */
    private static int print(@Nullable Object value) {
        try {
            if (value instanceof List<?> many) {
                for (Object one : many) {
                    System.out.println(Json.mapper().writeValueAsString(one));
                }
            } else {
                System.out.println(Json.mapper().writeValueAsString(value));
            }
            return 0;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records can be written as JSON", e);
        }
    }
}
