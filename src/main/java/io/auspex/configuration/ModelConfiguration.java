package io.auspex.configuration;

import io.auspex.registry.ModelPolicy;
import io.auspex.triggers.RefitRules;
import org.jspecify.annotations.Nullable;

/**
 * What people have set for a model.
 *
 * @param rules null for those that the options of the service make
 */
record ModelConfiguration(ModelPolicy policy, @Nullable RefitRules rules) {}
