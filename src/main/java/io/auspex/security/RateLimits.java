package io.auspex.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Token buckets (Bucket4j): one a key, one an address. A bucket holds what two seconds bring, so
 * that short bursts pass. Only so many are remembered; the one used longest ago is forgotten first,
 * which gives its owner a full bucket.
 */
@ApplicationScoped
public class RateLimits {

    private static final int BURST_SECONDS = 2;

    private final Cache<String, Bucket> keys;
    private final Cache<String, Bucket> addresses;
    private final int requestsPerSecond;
    private final int anonymousPerSecond;

    @Inject
    RateLimits(SecurityConfig config) {
        this(config.requestsPerSecond(), config.anonymousPerSecond(), config.maxRemembered());
    }

    RateLimits(int requestsPerSecond, int anonymousPerSecond, int maxRemembered) {
        this.requestsPerSecond = requestsPerSecond;
        this.anonymousPerSecond = anonymousPerSecond;
        keys = Caffeine.newBuilder().maximumSize(maxRemembered).build();
        addresses =
                Caffeine.newBuilder()
                        .maximumSize(maxRemembered)
                        .expireAfterAccess(Duration.ofMinutes(10))
                        .build();
    }

    /** That of a key, or of a subject of the identity provider. */
    Bucket key(String id) {
        return keys.get(id, _ -> bucket(requestsPerSecond));
    }

    /**
     * Whether an address has had too much refused to be looked at now.
     *
     * @return 0 when it has not; otherwise seconds after which it may come back
     */
    public long exhausted(String address) {
        Bucket known = addresses.getIfPresent(address);
        return known == null || known.getAvailableTokens() > 0 ? 0 : 1;
    }

    /**
     * Counts a request without credentials, or with bad ones.
     *
     * @return 0 when it may pass; otherwise seconds after which the next may
     */
    public long anonymous(String address) {
        return take(addresses.get(address, _ -> bucket(anonymousPerSecond)));
    }

    /**
     * Counts a request of an address to a service that asks nobody who they are: it has the rate of
     * a key.
     *
     * @return 0 when it may pass; otherwise seconds after which the next may
     */
    public long addressAsKey(String address) {
        return take(key("address:" + address));
    }

    /**
     * Counts a request.
     *
     * @return 0 when it may pass; otherwise seconds after which the next may
     */
    public static long take(Bucket bucket) {
        if (bucket.tryConsume(1)) {
            return 0;
        }
        long nanos = bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill();
        return Math.max(1, TimeUnit.NANOSECONDS.toSeconds(nanos) + 1);
    }

    private static Bucket bucket(int perSecond) {
        return Bucket.builder()
                .addLimit(limit ->
                        limit.capacity((long) BURST_SECONDS * perSecond)
                                .refillGreedy(perSecond, Duration.ofSeconds(1)))
                .build();
    }
}
