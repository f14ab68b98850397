package io.auspex.ingest;

import io.auspex.ingest.IngestSnapshot.State;
import io.auspex.platform.Await;
import io.auspex.platform.Election;
import io.auspex.platform.Elections;
import io.auspex.platform.Role;
import io.auspex.platform.Roles;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Of all processes with the role {@code ingest} and the same feed, lets one run it: the one that
 * holds the office {@code ingest:<feed>}. The others wait, and the next one goes on where the store
 * ends. Processes with different feeds do not know each other.
 */
@ApplicationScoped
public class FeedLeader {

    private static final Logger LOG = Logger.getLogger(FeedLeader.class);
    private static final String OFFICE = "ingest:";

    private final IngestConfig config;
    private final Instance<FeedSource> sources;
    private final FeedRunner runner;
    private final IngestStatus status;
    private final IngestedFeeds feeds;
    private final Elections elections;
    private final Roles roles;
    private volatile @Nullable Standing standing;
    private volatile @Nullable HistoryLoaded untold;

    private record Standing(String feed, Election election) {}

    @Inject
    FeedLeader(
            IngestConfig config,
            Instance<FeedSource> sources,
            FeedRunner runner,
            IngestStatus status,
            IngestedFeeds feeds,
            Elections elections,
            Roles roles) {
        this.config = config;
        this.sources = sources;
        this.runner = runner;
        this.status = status;
        this.feeds = feeds;
        this.elections = elections;
        this.roles = roles;
    }

    void onStartup(@Observes @Priority(FeedRunner.START_PRIORITY) StartupEvent started) {
        if (!roles.has(Role.INGEST)) {
            return;
        }
        try {
            ConfiguredFeed.of(config, sources).map(Feed::identity).ifPresent(this::standFor);
        } catch (IllegalArgumentException wrongSettings) {
            // A folder mistyped on the command line: one line says it better than a stack trace.
            throw new ConfigurationException(String.valueOf(wrongSettings.getMessage()));
        }
    }

    /** The feed first, so that its last close is written by its leader. */
    void onShutdown(@Observes @Priority(1) ShutdownEvent stopped) {
        Standing present = standing;
        if (present != null) {
            runner.stop();
            present.election().close();
        }
    }

    /** On the feed's thread: others can follow from here on. */
    void loaded(@Observes HistoryLoaded loaded) {
        Standing present = standing;
        if (present != null && present.feed().equals(loaded.feed())) {
            untold = loaded;
            tellOthers();
        }
    }

    /** Tells other processes what they can follow, if they do not know. Blocking. */
    void tellOthers() {
        HistoryLoaded news = untold;
        if (news == null) {
            return;
        }
        try {
            Await.item(() -> feeds.say(news).replaceWith(true));
            untold = null;
        } catch (RuntimeException later) {
            LOG.debugf("%s is not announced yet: %s", news.feed(), later.getMessage());
        }
    }

    /** The feed that this process runs or would run; empty without the role and without a feed. */
    public Optional<String> feed() {
        return Optional.ofNullable(standing).map(Standing::feed);
    }

    /** Whether this process runs the feed. */
    public boolean leads() {
        Standing present = standing;
        return present != null && present.election().leads();
    }

    /** Who runs the feed of this process, as far as is known; empty when it has none. */
    public Optional<Election.Holder> holder() {
        return Optional.ofNullable(standing).flatMap(present -> present.election().holder());
    }

    /**
     * Whether the closes of a feed come in elsewhere: its signals are news here, and what follows
     * from them is another process' business.
     */
    public boolean isElsewhere(String feed) {
        Standing present = standing;
        if (!roles.has(Role.INGEST)) {
            return true;
        }
        return present != null && !(present.feed().equals(feed) && present.election().leads());
    }

    private void standFor(String feed) {
        standing = new Standing(feed, elections.stand(OFFICE + feed, new Running(feed)));
    }

    private final class Running implements Election.Candidate {

        private final String feed;

        Running(String feed) {
            this.feed = feed;
        }

        @Override
        public void elected() {
            LOG.infof("%s: this process ingests", feed);
            try {
                runner.start();
            } catch (RuntimeException failure) {
                LOG.errorf(failure, "the feed %s could not be started", feed);
                status.failed(String.valueOf(failure.getMessage()));
            }
        }

        @Override
        public void deposed() {
            runner.stop();
            status.become(State.STANDBY);
        }
    }
}
