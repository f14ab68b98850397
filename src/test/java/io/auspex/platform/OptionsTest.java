package io.auspex.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OptionsTest {

    @Test
    void anOptionIsAProperty() {
        assertThat(Options.parse(List.of("--port=9000", "--feed=replay:/a=b", "--data=")))
                .isEqualTo(
                        new Options.Parsed.Run(
                                Map.of(
                                        "auspex.port", "9000",
                                        "auspex.feed", "replay:/a=b",
                                        "auspex.data", "")));
    }

    @Test
    void helpIsAnswered() {
        assertThat(Options.parse(List.of("--port=9000", "--help")))
                .isEqualTo(new Options.Parsed.Help());
        assertThat(Options.help()).contains("--feed=...", "(simulated)", "AUSPEX_FEED");
    }

    @Test
    void whatIsNotUnderstoodIsRefusedByName() {
        assertThat(Options.parse(List.of("--prot=9000")))
                .isEqualTo(new Options.Parsed.Refused("there is no option --prot"));
        assertThat(Options.parse(List.of("--port")))
                .isEqualTo(new Options.Parsed.Refused("--port needs a value: --port=..."));
        assertThat(Options.parse(List.of("9000")))
                .isEqualTo(
                        new Options.Parsed.Refused(
                                "'9000' is not an option; options look like --name=value"));
    }

    @Test
    void aDatabaseAddressMayComeWithOrWithoutJdbc() {
        PlatformConfig.Database config = Auspex.config().database();
        assertThat(Database.configured("jdbc:postgresql://db:5432/a", config))
                .isEqualTo(Database.configured("postgresql://db:5432/a", config))
                .isEqualTo(new Database("postgresql://db:5432/a", "auspex", Optional.empty()));
        assertThatThrownBy(() -> Database.configured("mysql://db/a", config))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("postgresql://host:5432/name");
    }
}
