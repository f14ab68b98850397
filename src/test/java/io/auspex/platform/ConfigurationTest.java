package io.auspex.platform;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Pins the name and default of every setting of every package: {@code options.txt} is the pinned
 * list, the {@code @ConfigMapping} interfaces are what the code reads. A package that adds a
 * setting adds its line.
 */
class ConfigurationTest {

    @Test
    void everySettingOfEveryPackageHasItsLineInTheTableWithTheSameDefault() {
        Map<String, String> pinned = new TreeMap<>();
        for (Options.Option option : Options.table()) {
            pinned.put("auspex." + option.name(), option.defaultValue());
        }
        Map<String, String> declared = new TreeMap<>();
        for (Class<?> mapping : mappings()) {
            String prefix = mapping.getAnnotation(ConfigMapping.class).prefix();
            var configClass = ConfigMappings.ConfigClass.configClass(mapping, prefix);
            configClass
                    .getProperties()
                    .forEach((name, value) -> declared.put(name, value == null ? "" : value));
        }
        assertThat(declared).isEqualTo(pinned);
    }

    @Test
    void theEnvironmentVariablesOfTheHelpAreTheOnesThatAreRead() {
        for (Options.Option option : Options.table()) {
            String value =
                    new SmallRyeConfigBuilder()
                            .addDefaultInterceptors()
                            .withSources(
                                    new EnvConfigSource(Map.of(option.variable(), "given"), 300))
                            .build()
                            .getValue("auspex." + option.name(), String.class);
            assertThat(value).as(option.variable()).isEqualTo("given");
        }
    }

    @Test
    void theEnvironmentReachesTheSettingsOfTheLaunch() {
        PlatformConfig config =
                new SmallRyeConfigBuilder()
                        .addDefaultInterceptors()
                        .withSources(
                                new EnvConfigSource(
                                        Map.of(
                                                "AUSPEX_PORT", "9000",
                                                "AUSPEX_DATA", "/srv/auspex",
                                                "AUSPEX_DATABASE_URL", "postgresql://db/auspex",
                                                "AUSPEX_JAVA_HOME", "/opt/jdk"),
                                        300))
                        .withMapping(PlatformConfig.class)
                        .withValidateUnknown(false)
                        .build()
                        .getConfigMapping(PlatformConfig.class);
        assertThat(config.port()).isEqualTo(9000);
        assertThat(config.data()).hasToString("/srv/auspex");
        assertThat(config.database().url()).contains("postgresql://db/auspex");
        assertThat(config.host()).isEqualTo("127.0.0.1");
    }

    private static Iterable<Class<?>> mappings() {
        return new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("io.auspex")
                        .stream()
                        .filter(type -> type.isAnnotatedWith(ConfigMapping.class))
                        .<Class<?>>map(JavaClass::reflect)
                        .toList();
    }
}
