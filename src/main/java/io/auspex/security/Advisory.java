package io.auspex.security;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.apache.maven.artifact.versioning.ComparableVersion;
import org.jspecify.annotations.Nullable;

/**
 * An advisory of OSV, as far as it is about Maven artefacts. Versions are compared as Maven does.
 *
 * @param affected packages with what of them is affected
 */
record Advisory(String id, String summary, boolean isWithdrawn, List<Affected> affected) {

    /**
     * Versions of a package.
     *
     * @param name {@code group:artifact}
     * @param versions one by one
     */
    record Affected(String name, List<String> versions, List<Range> ranges) {}

    /**
     * From a version up to another.
     *
     * @param introduced inclusive; 0 for the first there was
     * @param fixed exclusive; null when there is none
     * @param last inclusive; null when it is not known
     */
    record Range(String introduced, @Nullable String fixed, @Nullable String last) {

        boolean contains(String version) {
            ComparableVersion asked = new ComparableVersion(version);
            return (introduced.equals("0")
                            || asked.compareTo(new ComparableVersion(introduced)) >= 0)
                    && (fixed == null || asked.compareTo(new ComparableVersion(fixed)) < 0)
                    && (last == null || asked.compareTo(new ComparableVersion(last)) <= 0);
        }
    }

    static Advisory of(JsonNode json) {
        List<Affected> affected = new ArrayList<>();
        for (JsonNode one : json.path("affected")) {
            if (one.path("package").path("ecosystem").asText().equals("Maven")) {
                List<String> versions = new ArrayList<>();
                one.path("versions").forEach(version -> versions.add(version.asText()));
                affected.add(
                        new Affected(
                                one.path("package").path("name").asText(),
                                versions,
                                ranges(one.path("ranges"))));
            }
        }
        return new Advisory(
                json.path("id").asText(),
                json.path("summary").asText("no summary"),
                json.has("withdrawn"),
                affected);
    }

    /** Events come in order: a range begins with an introduction and ends with what follows it. */
    private static List<Range> ranges(JsonNode json) {
        List<Range> ranges = new ArrayList<>();
        for (JsonNode range : json) {
            if (range.path("type").asText().equals("GIT")) {
                continue;
            }
            String introduced = null;
            for (JsonNode event : range.path("events")) {
                if (event.has("introduced")) {
                    introduced = event.path("introduced").asText();
                } else if (introduced != null && event.has("fixed")) {
                    ranges.add(new Range(introduced, event.path("fixed").asText(), null));
                    introduced = null;
                } else if (introduced != null && event.has("last_affected")) {
                    ranges.add(new Range(introduced, null, event.path("last_affected").asText()));
                    introduced = null;
                }
            }
            if (introduced != null) {
                ranges.add(new Range(introduced, null, null));
            }
        }
        return ranges;
    }

    boolean affects(String name, String version) {
        return affected.stream()
                .filter(one -> one.name().equals(name))
                .anyMatch(one ->
                        one.versions().contains(version)
                                || one.ranges().stream()
                                        .anyMatch(range -> range.contains(version)));
    }
}
