package io.auspex.platform;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * The roles of this process ({@code auspex.roles}). The parts of a role that it lacks are there, as
 * beans, and idle.
 */
@ApplicationScoped
public class Roles {

    private static final Logger LOG = Logger.getLogger(Roles.class);

    /** Before anything starts. */
    private static final int FIRST = 1;

    private final Set<Role> roles;

    @Inject
    Roles(PlatformConfig config) {
        this(config.roles());
    }

    Roles(String configured) {
        this.roles = parsed(configured);
    }

    void start(@Observes @Priority(FIRST) StartupEvent started) {
        if (roles.size() < Role.values().length) {
            LOG.infof("this process takes the roles %s of serve, ingest, refit", this);
        }
    }

    public boolean has(Role role) {
        return roles.contains(role);
    }

    /** Labels, in the order of {@link Role}. */
    public List<String> labels() {
        return roles.stream().map(Role::label).toList();
    }

    @Override
    public String toString() {
        return Role.labels(roles);
    }

    private static Set<Role> parsed(String text) {
        try {
            return Role.parse(text);
        } catch (IllegalArgumentException wrong) {
            throw new ConfigurationException(String.valueOf(wrong.getMessage()));
        }
    }
}
