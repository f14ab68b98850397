package io.auspex.retraining;

import io.quarkus.hibernate.reactive.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A row of {@code refit_job}, as read; {@link RefitQueue} changes rows by guarded updates only. */
@Entity
@Table(name = "refit_job")
class RefitRow extends PanacheEntityBase {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    @Column(name = "id")
    Long id;

    @Column(name = "model")
    String model;

    @Column(name = "state")
    @Enumerated(EnumType.STRING)
    RefitState state;

    @Column(name = "trigger_reason")
    String triggerReason;

    @Column(name = "seed")
    long seed;

    @Column(name = "phase")
    String phase;

    @Column(name = "percent")
    int percent;

    @Column(name = "attempt")
    int attempt;

    @Column(name = "max_attempts")
    int maxAttempts;

    @Column(name = "owner")
    @Nullable String owner;

    @Column(name = "lease_until")
    @Nullable Instant leaseUntil;

    @Column(name = "not_before")
    Instant notBefore;

    @Column(name = "decision")
    @Nullable String decision;

    @Column(name = "reason")
    @Nullable String reason;

    @Column(name = "version")
    @Nullable Integer version;

    @Column(name = "last_output")
    @Nullable String lastOutput;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "started_at")
    @Nullable Instant startedAt;

    @Column(name = "finished_at")
    @Nullable Instant finishedAt;

    @Column(name = "attempt_started_at")
    @Nullable Instant attemptStartedAt;

    @Column(name = "remaining_seconds")
    @Nullable Long remainingSeconds;

    @Column(name = "data_from")
    @Nullable Instant dataFrom;

    @SuppressWarnings("NullAway") // Hibernate fills the fields
    RefitRow() {}

    /**
     * A job's seed follows from its number and its model, so that a repeated attempt has it too.
     */
    void seedFromIdentity() {
        seed = seedOf(id, model);
    }

    /** 31 bits, not negative: what trainers of every language accept. */
    static long seedOf(long id, String model) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest((model + ":" + id).getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getInt() & Integer.MAX_VALUE;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    Refit toRefit() {
        return new Refit(
                id,
                model,
                state,
                triggerReason,
                phase,
                percent,
                attempt,
                maxAttempts,
                decision,
                reason,
                version,
                lastOutput,
                createdAt,
                startedAt,
                finishedAt,
                state == RefitState.RUNNING ? remainingSeconds : null,
                dataFrom);
    }
}
