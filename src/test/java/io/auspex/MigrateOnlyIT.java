package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.platform.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an init container does: {@code --migrate-only}, as a process that ends. */
class MigrateOnlyIT {

    private static final int PATIENCE_SECONDS = 120;

    @TempDir Path folder;

    /** How a process ended, and everything it has printed. */
    private record Ended(int exit, String output) {}

    @Test
    void theSchemaIsMadeOnceAndServesAServiceThatMayNotMakeIt() throws Exception {
        try (TestDatabase database = TestDatabase.open()) {
            List<String> options = database.options();
            Ended first = migrate(options);
            assertThat(first.exit()).as(first.output()).isZero();
            Ended again = migrate(options);
            assertThat(again.exit()).as(again.output()).isZero();

            List<String> serving = new ArrayList<>(options);
            serving.addAll(List.of("--feed=none", "--roles=serve"));
            Map<String, String> environment = new HashMap<>(RunningAuspex.STARTED_OFTEN);
            environment.put("QUARKUS_FLYWAY_MIGRATE_AT_START", "false");
            try (RunningAuspex service =
                    RunningAuspex.start("migrated", environment, serving.toArray(String[]::new))) {
                assertThat(service.json("/api/models").isArray()).isTrue();
                assertThat(service.json("/api/models/weights").path("lgbm_ai_weight").asDouble())
                        .isEqualTo(0.4);
            }
        }
    }

    @Test
    void aDatabaseThatIsNotThereIsSaidInOneLine() throws Exception {
        Ended refused =
                migrate(
                        List.of(
                                "--database.url=postgresql://127.0.0.1:1/auspex",
                                "--database.username=auspex",
                                "--database.password=canary-of-the-password"));
        assertThat(refused.exit()).as(refused.output()).isEqualTo(1);
        assertThat(refused.output())
                .contains("auspex: no connection to the database")
                .contains("127.0.0.1:1")
                .contains("--database.url")
                .doesNotContain("canary-of-the-password");
    }

    private Ended migrate(List<String> options) throws IOException, InterruptedException {
        RunningAuspex.theBuildIsNew();
        List<String> words = Packaged.command(List.of("run", "--migrate-only=true"));
        words.addAll(options);
        words.add("--data=" + folder.resolve("data"));
        words.add("--port=0");
        Path output = folder.resolve("output.log");
        ProcessBuilder builder = RunningAuspex.command(words).redirectOutput(output.toFile());
        builder.environment().putAll(RunningAuspex.STARTED_OFTEN);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("it ends: %s", Files.readString(output))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Ended(process.exitValue(), Files.readString(output));
    }
}
