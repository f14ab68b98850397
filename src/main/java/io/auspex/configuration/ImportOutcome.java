package io.auspex.configuration;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;

/** What became of a document that somebody wants to be the configuration. */
public sealed interface ImportOutcome {

    /** Something is wrong with it, and nothing was changed. */
    record Refused(List<Fault> faults) implements ImportOutcome {

        public Refused {
            faults = List.copyOf(faults);
        }
    }

    /**
     * The configuration is not the one that the caller expected, and nothing was changed.
     *
     * @param hash of the present one
     */
    record Stale(String hash) implements ImportOutcome {}

    /**
     * It is the configuration, or would be.
     *
     * @param applied false of a dry run
     * @param hash of the configuration after it
     * @param changes none when it was that already
     */
    @RegisterForReflection
    record Accepted(boolean applied, String hash, List<ConfigurationChange> changes)
            implements ImportOutcome {

        public Accepted {
            changes = List.copyOf(changes);
        }
    }
}
