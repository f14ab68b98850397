package io.auspex.platform;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

/** Where a process stands for an office that only one of all processes may hold. */
@ApplicationScoped
public class Elections {

    private final DatabaseSessions sessions;
    private final LeaderConfig config;

    @Inject
    Elections(DatabaseSessions sessions, LeaderConfig config) {
        this.sessions = sessions;
        this.config = config;
    }

    /** Stands for an office until it is closed; the first look is at once. */
    public Election stand(String office, Election.Candidate candidate) {
        Election election =
                new Election(sessions, office, config.checkEvery(), config.patience(), candidate);
        election.begin();
        return election;
    }
}
