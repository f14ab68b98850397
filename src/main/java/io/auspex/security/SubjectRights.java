package io.auspex.security;

import io.auspex.platform.Failure;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.Optional;

/** The pseudonyms of subjects, and their right to be forgotten. Blocking. */
@ApplicationScoped
public class SubjectRights {

    private final Connections connections;
    private final KeyStore store = new KeyStore();
    private final KeyRing ring;
    private final InstantSource clock;

    SubjectRights(ServiceConnections connections, KeyRing ring, InstantSource clock) {
        this.connections = connections;
        this.ring = ring;
        this.clock = clock;
    }

    /**
     * What an erasure has removed.
     *
     * @param pseudonym what the audit log goes on calling whoever it was
     */
    public record Erased(String pseudonym, long trades, int keys) {}

    /**
     * What a caller is called where they must not be named; empty for those who are nobody in
     * particular. Not remembered: whoever was erased by another process gets a new one.
     */
    public Optional<String> pseudonym(Caller caller) {
        if (!caller.isKnown() || caller.via().equals(Caller.ENVIRONMENT)) {
            return Optional.empty();
        }
        if (caller.pseudonym() != null) {
            return Optional.of(caller.pseudonym());
        }
        return Optional.of(
                connections.transaction(
                        connection -> Subjects.of(connection, caller.subject()).pseudonym()));
    }

    /**
     * The pseudonym of a subject that somebody else vouches for. Not remembered: whoever was erased
     * by another process gets a new one.
     *
     * @throws IllegalArgumentException when nobody can be called that
     */
    public String pseudonymOf(String subject) {
        NewKey.requireSubject(subject);
        return connections.transaction(connection -> Subjects.of(connection, subject).pseudonym());
    }

    /** The pseudonym of a subject by name; empty when there is no such subject. */
    public Optional<String> find(String subject) {
        return connections
                .transaction(connection -> Subjects.find(connection, subject))
                .map(Subjects.Subject::pseudonym);
    }

    /**
     * Removes a subject's trades and keys and forgets whose the pseudonym was, in one transaction.
     * The audit log keeps its rows, under the pseudonym.
     *
     * @throws Failure NOT_FOUND {@code no-such-subject}, CONFLICT {@code own-subject}
     */
    public Erased erase(String name, Keys.By by) {
        if (by.caller().isKnown() && by.caller().subject().equals(name)) {
            throw new Failure(
                    Failure.Category.CONFLICT,
                    "own-subject",
                    "whoever erases a subject must be another one, or nobody could say who did");
        }
        Erased erased =
                connections.transaction(connection -> {
                    Subjects.Subject subject =
                            Subjects.find(connection, name)
                                    .orElseThrow(() ->
                                            new Failure(
                                                    Failure.Category.NOT_FOUND,
                                                    "no-such-subject",
                                                    "there is no subject of that name"));
                    long trades = Subjects.eraseTrades(connection, subject.pseudonym());
                    int keys = store.delete(connection, name);
                    Subjects.forget(connection, name);
                    AuditLog.append(
                            connection,
                            new AuditedCall(
                                    clock.instant(),
                                    by.caller(),
                                    by.address(),
                                    "subject.erase",
                                    "/api/subjects/{subject}",
                                    "done",
                                    "%s: %d trades, %d keys"
                                            .formatted(subject.pseudonym(), trades, keys)));
                    return new Erased(subject.pseudonym(), trades, keys);
                });
        ring.refresh();
        return erased;
    }
}
