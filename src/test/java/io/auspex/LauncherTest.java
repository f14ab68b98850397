package io.auspex;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code ./auspex run} asks of Java, with a JDK that prints what it is asked. */
class LauncherTest {

    private static final String SERIAL = "-XX:+UseSerialGC";

    private static final List<String> VARIABLES =
            List.of(
                    "JAVA_OPTS",
                    "JAVA_TOOL_OPTIONS",
                    "JDK_JAVA_OPTIONS",
                    "AUSPEX_HEAP",
                    "AUSPEX_DATA",
                    "AUSPEX_MODELS_FOLDER");

    @TempDir Path folder;
    private Path launcher;
    private Path jdk;
    private Path jar;

    @BeforeEach
    void aBuiltCheckout() throws IOException {
        launcher = Files.copy(Path.of("auspex"), folder.resolve("auspex"));
        Files.createDirectories(folder.resolve("src/main"));
        Files.createFile(folder.resolve("pom.xml"));
        Path app = Files.createDirectories(folder.resolve("target/quarkus-app"));
        jar = Files.createFile(app.resolve("quarkus-run.jar"));
        Path built = Files.createFile(folder.resolve("target/auspex.built"));
        Files.setLastModifiedTime(built, later(60));
        jdk = folder.resolve("a jdk");
        program(
                "java",
                """
                #!/bin/sh
                [ "$1" = -version ] && { echo 'openjdk version "25.0.3" 2026-04-21' >&2; exit; }
                printf '%s\\n' "$@"
                """);
        program("javac", "#!/bin/sh\n");
    }

    @Test
    void theServiceHasTheSerialCollectorAndItsWholeHeapFromTheStart() throws Exception {
        assertThat(run(Map.of()))
                .contains("-Xmx1g", "-XX:InitialRAMPercentage=100", SERIAL)
                .endsWith("-jar", jar.toString())
                .noneMatch(option -> option.startsWith("-XX:AOTCache"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"})
    void whoeverNamesACollectorHasThatOne(String variable) throws Exception {
        assertThat(run(Map.of(variable, "-Dsome=thing -XX:+UseZGC -Xmx2g"))).doesNotContain(SERIAL);
        assertThat(run(Map.of(variable, "-XX:+UseStringDeduplication -Xmx2g"))).contains(SERIAL);
    }

    @Test
    void optionsOfWhoeverStartsItComeAfterItsOwn() throws Exception {
        List<String> asked = run(Map.of("JAVA_OPTS", "-Xmx512m -Dsome=thing", "AUSPEX_HEAP", "3g"));
        assertThat(asked).containsSubsequence("-Xmx3g", SERIAL, "-Xmx512m", "-Dsome=thing", "-jar");
    }

    @Test
    void argumentsReachTheServiceAsTheyAreThroughALinkToo() throws Exception {
        launcher = Files.createSymbolicLink(folder.resolve("linked"), Path.of("auspex"));
        assertThat(run(Map.of(), "--data=a folder", "--port=18080"))
                .endsWith("-jar", jar.toString(), "--data=a folder", "--port=18080");
    }

    @Test
    void anAotCacheIsUsedWhenItIsOfThisBuild() throws Exception {
        Path cache = Files.createFile(jar.resolveSibling("app.aot"));
        Files.setLastModifiedTime(cache, later(1));
        assertThat(run(Map.of())).contains("-XX:AOTCache=" + cache);
        Files.setLastModifiedTime(jar, later(2));
        assertThat(run(Map.of())).noneMatch(option -> option.startsWith("-XX:AOTCache"));
    }

    private List<String> run(Map<String, String> variables, String... arguments) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("sh", launcher.toString(), "run");
        builder.command().addAll(Arrays.asList(arguments));
        VARIABLES.forEach(builder.environment()::remove);
        builder.environment().putAll(variables);
        builder.environment().put("AUSPEX_JAVA_HOME", jdk.toString());
        Path said = folder.resolve("said");
        Process process =
                builder.redirectOutput(said.toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isZero();
        return Files.readAllLines(said, StandardCharsets.UTF_8);
    }

    private void program(String name, String text) throws IOException {
        Path bin = Files.createDirectories(jdk.resolve("bin"));
        Path file = Files.writeString(bin.resolve(name), text, StandardCharsets.UTF_8);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static FileTime later(int seconds) {
        return FileTime.from(Instant.now().plusSeconds(seconds));
    }
}
