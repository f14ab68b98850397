package io.auspex.configuration;

import java.util.Set;

/**
 * What is in force.
 *
 * @param marketModels models that can be members of the ensemble
 */
record CurrentConfiguration(Configuration configuration, Set<String> marketModels) {

    CurrentConfiguration {
        marketModels = Set.copyOf(marketModels);
    }
}
