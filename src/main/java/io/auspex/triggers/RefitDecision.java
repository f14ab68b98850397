package io.auspex.triggers;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What follows from the inputs: a refit, or not yet. */
sealed interface RefitDecision {

    /**
     * A refit.
     *
     * @param findings at least one
     */
    record Start(List<Finding> findings) implements RefitDecision {

        public Start {
            findings = List.copyOf(findings);
            if (findings.isEmpty()) {
                throw new IllegalArgumentException("a refit is started for a reason");
            }
        }

        @Override
        public String key() {
            return "start:" + rules(findings);
        }

        /** What was before is not to be learnt from; null for as usual. */
        @Nullable Instant dataFrom() {
            return findings.stream()
                    .map(Finding::since)
                    .filter(Objects::nonNull)
                    .min(Comparator.naturalOrder())
                    .orElse(null);
        }

        @Override
        public String reason() {
            return joined(findings);
        }

        @Override
        public Map<String, Double> figures() {
            return merged(findings);
        }
    }

    /**
     * Nothing is started.
     *
     * @param key stays the same while only figures change
     */
    record Wait(String key, String reason, Map<String, Double> figures) implements RefitDecision {

        public Wait {
            figures = Map.copyOf(figures);
        }
    }

    /** What kind of decision it is; figures are not part of it. */
    String key();

    /** One sentence, or for a start the reasons that follow "started:". */
    String reason();

    /** By name, finite. */
    Map<String, Double> figures();

    static String rules(List<Finding> findings) {
        return findings.stream().map(Finding::rule).distinct().collect(Collectors.joining("+"));
    }

    static String joined(List<Finding> findings) {
        return findings.stream().map(Finding::text).collect(Collectors.joining(" and "));
    }

    static Map<String, Double> merged(List<Finding> findings) {
        Map<String, Double> all = new TreeMap<>();
        findings.forEach(finding -> all.putAll(finding.figures()));
        return all;
    }
}
