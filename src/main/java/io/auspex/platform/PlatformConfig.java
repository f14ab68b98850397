package io.auspex.platform;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/** Where Auspex keeps its data, and where it listens. */
@ConfigMapping(prefix = "auspex")
interface PlatformConfig {

    /** Folder for everything that lasts; relative to the working directory. */
    @WithDefault("data")
    Path data();

    /** Address to listen on. */
    @WithDefault("127.0.0.1")
    String host();

    /** Port to listen on; 0 takes a free one. */
    @WithDefault("8080")
    int port();

    /** Whether the schema is brought up to date and nothing else is done. */
    @WithDefault("false")
    boolean migrateOnly();

    /** How the log is written. */
    Log log();

    /** Where traces go. */
    Tracing tracing();

    /** What this process does: some of {@code serve}, {@code ingest} and {@code refit}. */
    @WithDefault("serve,ingest,refit")
    String roles();

    /** What answers requests. */
    EventLoops eventLoops();

    /** The PostgreSQL to use. */
    Database database();

    /** What answers requests. */
    interface EventLoops {

        /** How many processors they have to themselves; with 0 they share all with everything. */
        @WithDefault("0")
        int ownCpus();
    }

    /** How the log is written. */
    interface Log {

        /** Lines for people, or JSON for machines. */
        @WithDefault("text")
        Format format();

        /** Of a line. */
        enum Format {
            TEXT,
            JSON
        }
    }

    /** Where traces go. */
    interface Tracing {

        /**
         * OTLP over gRPC, such as {@code http://127.0.0.1:4317}; without it there are no traces.
         */
        Optional<String> endpoint();
    }

    /** The Kafka to be connected to. */
    Kafka kafka();

    /** The Kafka to be connected to. */
    interface Kafka {

        /** {@code host:port} of some of its brokers, joined by commas; without it there is none. */
        Optional<String> bootstrapServers();
    }

    /** The PostgreSQL to use. */
    interface Database {

        /**
         * {@code postgresql://host:port/name}, with or without {@code jdbc:}. Without one, the
         * embedded PostgreSQL is started.
         */
        Optional<String> url();

        /** User of the database; the embedded one ignores it. */
        @WithDefault("auspex")
        String username();

        /** Password of that user. */
        Optional<String> password();
    }
}
