package io.auspex.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What our images are built upon is the same bytes tomorrow. */
class BaseImagesTest {

    /** A name, the tag that it was pinned from, and the digest of what that was then. */
    private static final String PINNED = "[a-z0-9./_-]+:[A-Za-z0-9._-]+@sha256:[0-9a-f]{64}";

    @Test
    void everyBaseImageIsPinnedByItsDigest() throws IOException {
        List<String> bases = new ArrayList<>();
        for (Path file :
                List.of(Path.of("Dockerfile.native"), Path.of("src/main/docker/Dockerfile.jvm"))) {
            Set<String> stages = new HashSet<>();
            for (String line : Files.readAllLines(file)) {
                String[] words = line.strip().split("\\s+");
                if (words[0].toUpperCase(Locale.ROOT).equals("FROM")) {
                    if (!stages.contains(words[1])) {
                        assertThat(words[1]).as("%s: %s", file, line).matches(PINNED);
                        bases.add(words[1]);
                    }
                    if (words.length > 3) {
                        stages.add(words[3]);
                    }
                }
            }
        }
        assertThat(bases).as("of two images, each with a stage that builds").hasSize(4);
    }

    @Test
    void thereIsNoFurtherImage() throws IOException {
        try (var files = Files.find(Path.of(""), 6, (path, _) -> isOurs(path))) {
            assertThat(files.map(Path::toString))
                    .containsExactlyInAnyOrder(
                            "Dockerfile.native", "src/main/docker/Dockerfile.jvm");
        }
    }

    private static boolean isOurs(Path path) {
        return path.getFileName().toString().startsWith("Dockerfile")
                && !path.startsWith("target")
                && !path.startsWith(".git");
    }
}
