package io.auspex.platform;

import io.quarkus.flyway.runtime.QuarkusFlywayClassProvider;
import io.quarkus.flyway.runtime.QuarkusFlywayResourceProvider;
import io.quarkus.flyway.runtime.QuarkusPathLocationScanner;
import io.quarkus.runtime.ImageMode;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * The database of the settings for a command that needs no service: the configured one, or the
 * embedded one of the data folder, which is used beside a running service, or started for as long
 * as the command takes.
 */
public final class CommandDatabase implements AutoCloseable {

    private final Database database;
    private final @Nullable EmbeddedPostgres started;
    private final @Nullable DataFolder folder;

    private CommandDatabase(
            Database database, @Nullable EmbeddedPostgres started, @Nullable DataFolder folder) {
        this.database = database;
        this.started = started;
        this.folder = folder;
    }

    /**
     * @param options as the service takes them, {@code --data=..}, {@code --database.url=..}
     * @throws LaunchException when there is none, or the options are not understood
     */
    public static CommandDatabase open(List<String> options) {
        switch (Options.parse(options)) {
            case Options.Parsed.Help() -> throw new LaunchException(Options.help());
            case Options.Parsed.Refused(String reason) -> throw new LaunchException(reason);
            case Options.Parsed.Run run -> run.properties().forEach(System::setProperty);
        }
        PlatformConfig config = Auspex.config();
        Optional<String> url = config.database().url().filter(text -> !text.isBlank());
        CommandDatabase opened =
                url.isPresent()
                        ? new CommandDatabase(
                                Database.configured(url.get(), config.database()), null, null)
                        : embedded(config);
        opened.migrate();
        return opened;
    }

    private static CommandDatabase embedded(PlatformConfig config) {
        try {
            if (Files.isDirectory(config.data())) {
                Optional<EmbeddedPostgres> running =
                        EmbeddedPostgres.running(config.data().toRealPath());
                if (running.isPresent()) {
                    return new CommandDatabase(Database.of(running.get()), null, null);
                }
            }
        } catch (IOException unreadable) {
            throw new LaunchException(
                    "The data folder "
                            + config.data().toAbsolutePath()
                            + " cannot be read ("
                            + unreadable
                            + ").",
                    unreadable);
        }
        DataFolder folder = DataFolder.lock(config.data());
        System.err.println("auspex: starting PostgreSQL in " + folder.path().resolve("postgres"));
        EmbeddedPostgres postgres = EmbeddedPostgres.start(folder);
        return new CommandDatabase(Database.of(postgres), postgres, folder);
    }

    /** A command may come before the first start of the service. */
    private void migrate() {
        FluentConfiguration flyway =
                Flyway.configure()
                        .dataSource(url(), database.username(), database.password().orElse(""));
        if (ImageMode.current().isNativeImage()) {
            // There is no class path to look for migrations in: Quarkus has noted them.
            var noted = new QuarkusPathLocationScanner(flyway, List.of(flyway.getLocations()));
            flyway.resourceProvider(new QuarkusFlywayResourceProvider(noted.scanForResources()))
                    .javaMigrationClassProvider(
                            new QuarkusFlywayClassProvider<>(noted.scanForClasses()));
        }
        flyway.load().migrate();
    }

    public Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", database.username());
        properties.setProperty("password", database.password().orElse(""));
        Connection connection = new org.postgresql.Driver().connect(url(), properties);
        if (connection == null) {
            throw new SQLException("the driver refused " + url());
        }
        return connection;
    }

    private String url() {
        return "jdbc:" + database.reactiveUrl();
    }

    @Override
    public void close() {
        if (started != null) {
            started.close();
        }
        if (folder != null) {
            folder.close();
        }
    }
}
