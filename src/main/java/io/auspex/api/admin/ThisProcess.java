package io.auspex.api.admin;

import io.auspex.api.admin.StatusView.IngestingView;
import io.auspex.api.admin.StatusView.ProcessView;
import io.auspex.ingest.FeedLeader;
import io.auspex.platform.DatabaseSessions;
import io.auspex.platform.Roles;
import jakarta.enterprise.context.ApplicationScoped;

/** What this process is among those on the same database. */
@ApplicationScoped
class ThisProcess {

    private final DatabaseSessions sessions;
    private final Roles roles;
    private final FeedLeader leader;

    ThisProcess(DatabaseSessions sessions, Roles roles, FeedLeader leader) {
        this.sessions = sessions;
        this.roles = roles;
        this.leader = leader;
    }

    ProcessView view() {
        return new ProcessView(
                sessions.process(),
                roles.labels(),
                leader.holder()
                        .map(holder -> IngestingView.of(leader.leads(), holder))
                        .orElse(null));
    }
}
