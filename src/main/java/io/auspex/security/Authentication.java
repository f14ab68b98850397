package io.auspex.security;

/** What became of credentials. */
public sealed interface Authentication {

    /** There were none. */
    record Anonymous() implements Authentication {}

    /** They are good. */
    record Known(Credential credential) implements Authentication {}

    /**
     * They are not.
     *
     * @param reason for people, without anything that was sent
     */
    record Refused(String reason) implements Authentication {}

    /** It cannot be told yet: the identity provider's keys are being fetched. */
    record NotReady(String reason) implements Authentication {}
}
