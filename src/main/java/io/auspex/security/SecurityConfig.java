package io.auspex.security;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Who is let in, and how much of everything they may use. */
@ConfigMapping(prefix = "auspex.security")
interface SecurityConfig {

    /** A key with the role admin that is nowhere stored: at least 32 characters. */
    Optional<String> adminKey();

    /** Keys that there may be, revoked ones among them. */
    @WithDefault("10000")
    int maxKeys();

    /** How often the keys are read again: how late another process' revocation is seen. */
    @WithDefault("5s")
    Duration refresh();

    /** Requests a second of one key, in the long run. */
    @WithDefault("5000")
    int requestsPerSecond();

    /** Requests a second of one address without credentials, and refused ones of it. */
    @WithDefault("20")
    int anonymousPerSecond();

    /** Addresses and tokens of the identity provider that are remembered. */
    @WithDefault("10000")
    int maxRemembered();

    /** Origins of web pages that may call beside the service's own, joined by commas. */
    Optional<String> origins();

    /** How long a new WebSocket may take to say who it is. */
    @WithDefault("5s")
    Duration streamDeadline();

    /** Connections of one address; a service on a loopback address does not count them. */
    @WithDefault("1000")
    int connectionsPerClient();

    /** How long the head of a request may take to arrive. */
    @WithDefault("10s")
    Duration headTimeout();

    /** How long a body may take before its speed counts. */
    @WithDefault("10s")
    Duration bodyGrace();

    /** Bytes a second that a body must bring after that. */
    @WithDefault("1024")
    long bodyBytesPerSecond();

    /** How long a connection may do nothing between two requests. */
    @WithDefault("5m")
    Duration idleTimeout();

    /** How long a client may take nothing of an answer that waits for it. */
    @WithDefault("30s")
    Duration writeTimeout();

    /** Entries of the audit log that may wait for the database; changes are refused after that. */
    @WithDefault("10000")
    int auditQueue();

    /** Tokens of an identity provider. */
    Oidc oidc();

    /** What is unusual. */
    Unusual unusual();

    /** Tokens of an identity provider; off without an issuer. */
    interface Oidc {

        /**
         * What tokens must say in {@code iss}; also where the provider's document is looked for.
         */
        Optional<String> issuer();

        /** What tokens must say in {@code aud}. */
        Optional<String> audience();

        /** Where the provider's public keys are, when its document is not to be asked. */
        Optional<String> jwksUrl();

        /** Where the roles are in a token; slashes lead into objects. */
        @WithDefault("groups")
        String rolesClaim();

        /** What the names of roles begin with there. */
        @WithDefault("auspex-")
        String rolePrefix();

        /** How often the provider's keys are read again. */
        @WithDefault("10m")
        Duration refresh();

        /** How long a token that was checked is believed before it is checked again. */
        @WithDefault("60s")
        Duration cache();

        /** How far the clocks may differ. */
        @WithDefault("30s")
        Duration clockSkew();
    }

    /** When the use of a key is called unusual. */
    interface Unusual {

        /** Refused calls of a key within a minute. */
        @WithDefault("20")
        long refusals();

        /** Times its usual calls a minute. */
        @WithDefault("10")
        double rateFactor();

        /** Calls a minute below which the rate is never unusual. */
        @WithDefault("600")
        long rateFloor();

        /** Days that a key must have been used before an hour of the day can be unusual. */
        @WithDefault("7")
        int hoursAfterDays();
    }
}
