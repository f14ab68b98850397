package io.auspex.language;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.Map;

/** The settings with their defaults, but for those given. */
final class LanguageSettings {

    private LanguageSettings() {}

    static LanguageConfig with(Map<String, String> properties) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withSources(new PropertiesConfigSource(properties, "test", 500))
                .withMapping(LanguageConfig.class)
                .build()
                .getConfigMapping(LanguageConfig.class);
    }

    /** The command line of a fake server, as the setting has it. */
    static String fakeServer() {
        return Path.of(System.getProperty("java.home"), "bin", "java")
                + " -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp target/test-classes "
                + FakeLanguageServer.class.getName()
                + " --model {model} --port {port}";
    }
}
