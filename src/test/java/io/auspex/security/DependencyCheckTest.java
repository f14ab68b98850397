package io.auspex.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.auspex.platform.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With advisories that are made up. */
class DependencyCheckTest {

    private static final String ADVISORY =
            """
            {"id":"TEST-1","summary":"made up","affected":[
              {"package":{"ecosystem":"Maven","name":"org.example:lib"},
               "ranges":[{"type":"ECOSYSTEM","events":[
                  {"introduced":"0"},{"fixed":"1.2.10"},{"introduced":"2.0.0"},{"last_affected":"2.1"}]}],
               "versions":["3.0-beta"]},
              {"package":{"ecosystem":"npm","name":"org.example:other"},
               "ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]}]}
            """;

    @TempDir Path folder;
    private Path bom;

    @BeforeEach
    void write() throws IOException {
        bom =
                Files.writeString(
                        folder.resolve("bom.json"),
                        """
                        {"components":[
                          {"group":"org.example","name":"lib","version":"1.2.9","purl":"pkg:maven/org.example/lib@1.2.9"},
                          {"group":"org.example","name":"other","version":"1.0","purl":"pkg:maven/org.example/other@1.0"}]}
                        """);
    }

    @Test
    void saysWhichVersionsAreAffected() throws IOException {
        Advisory advisory = Advisory.of(Json.mapper().readTree(ADVISORY));
        for (String affected :
                List.of("0.1", "1.2.9", "1.2.10-SNAPSHOT", "2.0.0", "2.1", "3.0-beta")) {
            assertThat(advisory.affects("org.example:lib", affected)).as(affected).isTrue();
        }
        for (String good : List.of("1.2.10", "1.3", "2.0.0-alpha", "2.1.1", "3.0")) {
            assertThat(advisory.affects("org.example:lib", good)).as(good).isFalse();
        }
        assertThat(advisory.affects("org.example:other", "1.0")).isFalse();
    }

    @Test
    void findsItInAFileAFolderAndAZip() throws IOException {
        Path database = Files.createDirectory(folder.resolve("database"));
        Path file = Files.writeString(database.resolve("TEST-1.json"), ADVISORY);
        Path array = Files.writeString(folder.resolve("all.json"), "[" + ADVISORY + "]");
        Path zip = folder.resolve("all.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            out.putNextEntry(new ZipEntry("TEST-1.json"));
            out.write(ADVISORY.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            out.closeEntry();
        }
        for (Path place : List.of(file, array, database, zip)) {
            assertThat(check("--advisories=" + place)).as(place.toString()).isEqualTo(1);
        }
        assertThat(check("--advisories=" + file, "--ignore=TEST-1")).isZero();
    }

    @Test
    void whatCannotBeToldIsNotCalledGood() throws IOException {
        assertThat(check("--advisories=" + folder.resolve("nowhere.json"))).isEqualTo(2);
        assertThat(DependencyCheck.run("--bom=" + folder.resolve("none"), "--advisories=" + bom))
                .isEqualTo(2);
        assertThat(check("advisories")).isEqualTo(2);
        Path empty = Files.writeString(folder.resolve("empty.json"), "{\"components\":[]}");
        assertThat(DependencyCheck.run("--bom=" + empty, "--advisories=" + bom)).isEqualTo(2);
    }

    private int check(String... arguments) {
        String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = "--bom=" + bom;
        return DependencyCheck.run(all);
    }
}
