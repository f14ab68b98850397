package io.auspex.platform;

import io.quarkus.runtime.ImageMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The service's main: options, data folder, database, then Quarkus. In that order, and backwards
 * when it ends: the database stops only after Quarkus has.
 */
@QuarkusMain
public final class Auspex {

    private static final String EVENT_LOOPS = "quarkus.vertx.event-loops-pool-size";

    /** What application.properties switches the channels of Kafka on with. */
    private static final String KAFKA = "auspex-kafka.on";

    private static final int EXIT_CANNOT_START = 1;
    private static final int EXIT_BAD_OPTION = 2;

    /** What application.properties puts before every line of the log. */
    private static final String LOG_LINE_START = "terminal.line-start";

    /** Longer than Quarkus waits for requests in flight; then the database is stopped anyway. */
    private static final int QUARKUS_STOP_SECONDS = 30;

    private Auspex() {}

    public static void main(String... arguments) throws Exception {
        NativeLibraries.announce();
        if (arguments.length > 0) {
            for (EntryPoint other : ServiceLoader.load(EntryPoint.class)) {
                if (other.names().contains(arguments[0])) {
                    other.run(arguments[0], Arrays.copyOfRange(arguments, 1, arguments.length));
                    return;
                }
            }
        }
        // "run" is the launcher's word for the service.
        boolean isRun = arguments.length > 0 && arguments[0].equals("run");
        switch (Options.parse(List.of(arguments).subList(isRun ? 1 : 0, arguments.length))) {
            case Options.Parsed.Help() -> System.out.println(Options.help());
            case Options.Parsed.Refused(String reason) -> {
                System.err.println("auspex: " + reason + "\n" + Options.help());
                System.exit(EXIT_BAD_OPTION);
            }
            case Options.Parsed.Run run -> {
                run.properties().forEach(System::setProperty);
                System.setProperty(LOG_LINE_START, Progress.beforeLogLine());
                System.exit(launch());
            }
        }
    }

    private static int launch() {
        CountDownLatch quarkusStopped = new CountDownLatch(1);
        try {
            PlatformConfig config = config();
            requireFreePort(config.host(), config.port());
            // Before there are many threads, and before PostgreSQL, which keeps to the same.
            eventLoops(EventLoopProcessors.reserve(config.eventLoops().ownCpus()));
            DataFolder folder = DataFolder.lock(config.data());
            database(config, folder, quarkusStopped).properties().forEach(System::setProperty);
            System.setProperty(ProcessName.PROPERTY, ProcessName.fresh());
            System.setProperty(KAFKA, Boolean.toString(isConnectedToKafka(config)));
            traces(config.tracing());
            return runQuarkus(config.migrateOnly());
        } catch (LaunchException refused) {
            System.err.println("auspex: " + refused.getMessage());
            return EXIT_CANNOT_START;
        } finally {
            quarkusStopped.countDown();
        }
    }

    /** The channels belong to what a process that ingests does. */
    private static boolean isConnectedToKafka(PlatformConfig config) {
        try {
            return config.kafka().bootstrapServers().filter(text -> !text.isBlank()).isPresent()
                    && Role.parse(config.roles()).contains(Role.INGEST);
        } catch (IllegalArgumentException wrong) {
            throw new LaunchException(String.valueOf(wrong.getMessage()), wrong);
        }
    }

    /**
     * One event loop a processor, and not Vert.x' two: two that share a processor wait for each
     * other's slices, of milliseconds each (docs/benchmarks.md).
     */
    private static void eventLoops(Optional<EventLoopProcessors> reserved) {
        if (System.getProperty(EVENT_LOOPS) == null
                && System.getenv("QUARKUS_VERTX_EVENT_LOOPS_POOL_SIZE") == null) {
            int loops =
                    reserved.map(EventLoopProcessors::loops)
                            .orElseGet(() -> Runtime.getRuntime().availableProcessors());
            System.setProperty(EVENT_LOOPS, Integer.toString(loops));
        }
    }

    private static void traces(PlatformConfig.Tracing tracing) {
        tracing.endpoint()
                .filter(endpoint -> !endpoint.isBlank())
                .ifPresent(endpoint -> {
                    System.setProperty("quarkus.otel.sdk.disabled", "false");
                    System.setProperty("quarkus.otel.exporter.otlp.endpoint", endpoint);
                });
    }

    private static int runQuarkus(boolean migrateOnly) {
        AtomicInteger exitCode = new AtomicInteger();
        Quarkus.run(
                // One that only migrates has no beans that could announce anything.
                migrateOnly ? null : Announcement.class,
                (code, failure) -> {
                    exitCode.set(code);
                    explain(failure);
                });
        return exitCode.get();
    }

    /** With a handler of our own, Quarkus says nothing of a failed start. */
    private static void explain(@Nullable Throwable failure) {
        if (failure == null) {
            return;
        }
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ConfigurationException
                    || cause instanceof ConfigValidationException
                    || cause instanceof BindException) {
                System.err.println("auspex: " + cause.getMessage());
                return;
            }
            if (cause instanceof SQLException refused && isNoConnection(refused)) {
                System.err.println(
                        "auspex: no connection to the database: "
                                + refused.getMessage()
                                + " Check --database.url, --database.username and"
                                + " --database.password (or AUSPEX_DATABASE_*), and that PostgreSQL"
                                + " runs.");
                return;
            }
        }
        System.err.println("auspex: the service could not start");
        failure.printStackTrace();
    }

    /** Classes 08 (connection), 28 (authorisation), 3D (no such database) and 57 (not now). */
    private static boolean isNoConnection(SQLException refused) {
        String state = refused.getSQLState();
        return state != null
                && (state.startsWith("08")
                        || state.startsWith("28")
                        || state.startsWith("3D")
                        || state.startsWith("57"));
    }

    private static Database database(
            PlatformConfig config, DataFolder folder, CountDownLatch quarkusStopped) {
        Optional<String> url = config.database().url().filter(text -> !text.isBlank());
        if (url.isPresent()) {
            return Database.configured(url.get(), config.database());
        }
        if (ImageMode.current().isNativeImage()) {
            throw new LaunchException(
                    "The native executable has no PostgreSQL of its own. Name one with"
                            + " --database.url=postgresql://host:5432/name (or AUSPEX_DATABASE_URL),"
                            + " --database.username and AUSPEX_DATABASE_PASSWORD.");
        }
        System.err.println("auspex: starting PostgreSQL in " + folder.path().resolve("postgres"));
        EmbeddedPostgres postgres = EmbeddedPostgres.start(folder);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> stop(postgres, quarkusStopped), "stop PostgreSQL"));
        return Database.of(postgres);
    }

    private static void stop(EmbeddedPostgres postgres, CountDownLatch quarkusStopped) {
        try {
            boolean inTime = quarkusStopped.await(QUARKUS_STOP_SECONDS, TimeUnit.SECONDS);
            if (!inTime) {
                System.err.println("auspex: the service did not stop in time");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        postgres.close();
    }

    /** Read before Quarkus is there, from the same sources: options, environment, defaults. */
    static PlatformConfig config() {
        try {
            SmallRyeConfig config =
                    new SmallRyeConfigBuilder()
                            .addDefaultInterceptors()
                            .addDefaultSources()
                            .withMapping(PlatformConfig.class)
                            .withValidateUnknown(false)
                            .build();
            return config.getConfigMapping(PlatformConfig.class);
        } catch (RuntimeException invalid) {
            throw new LaunchException("A setting is not valid: " + reason(invalid), invalid);
        }
    }

    private static String reason(Throwable invalid) {
        @Nullable Throwable cause = invalid;
        String message = String.valueOf(invalid.getMessage());
        while (cause != null) {
            if (cause.getMessage() != null) {
                message = cause.getMessage();
            }
            cause = cause.getCause();
        }
        return message;
    }

    /** Better said before a database has been started than after. */
    private static void requireFreePort(String host, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port));
        } catch (IOException | IllegalArgumentException taken) {
            throw new LaunchException(
                    "Cannot listen on "
                            + host
                            + ":"
                            + port
                            + " ("
                            + taken.getMessage()
                            + "). Is another Auspex running? Choose another port with --port=<port>.",
                    taken);
        }
    }
}
