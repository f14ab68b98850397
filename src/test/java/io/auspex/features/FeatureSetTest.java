package io.auspex.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.auspex.market.Symbol;
import io.auspex.market.Timeframe;
import io.auspex.platform.Json;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FeatureSetTest {

    private static final List<Timeframe> FIVE = List.of(Timeframe.FIVE_MINUTES);
    private static final List<Symbol> DOLLARS =
            symbols("ADAUSDT", "BTCUSDT", "ETHUSDT", "ETHBTC", "ETHWUSDT");

    @Test
    void standardSetHasEveryFamilyOnEveryTimeframe() {
        FeatureSchema schema = FeatureSet.standard().schema(DOLLARS);

        assertThat(schema.size()).isEqualTo(188);
        for (Family family : Family.values()) {
            for (ClockTerm term : family.clockTerms()) {
                assertThat(schema.names()).contains(term.code());
            }
            for (Term term : family.terms()) {
                for (String timeframe : List.of("5m", "15m", "1h")) {
                    assertThat(schema.names())
                            .anyMatch(name -> name.matches(term.code() + "(_\\d+)?@" + timeframe));
                }
            }
        }
        assertThat(schema.names())
                .contains("momentum_96@1h", "rsi_14@1h~1", "volatility_24@5m/ETHBTC")
                .contains("log_return@5m/BTCUSDT", "hour_sin", "weekday_cos");
    }

    @Test
    void schemaOfTheStandardSetIsPinned() {
        // A change of order or of a name makes every trained model unusable: it must be meant.
        assertThat(FeatureSet.standard().schema(DOLLARS).hash()).isEqualTo("a862d04d9fcb7fe0");
        assertThat(FeatureSet.compact().schema(DOLLARS).hash()).isEqualTo("e0a5f52f2bb68a1e");
    }

    @Test
    void compactSetIsSmall() {
        assertThat(FeatureSet.compact().schema(DOLLARS).size()).isEqualTo(39);
    }

    @Test
    void correlatedAssetIsTheFirstSymbolInSortedOrderThatBeginsWithIt() {
        FeatureSet set =
                new FeatureSet(
                        List.of(
                                FeatureDeclaration.of(Family.LOG_RETURN, FIVE)
                                        .correlatedWith("ETH", "BTC", "DOGE")));
        assertThat(set.schema(DOLLARS).names())
                .containsExactly("log_return@5m", "log_return@5m/ETHBTC", "log_return@5m/BTCUSDT");
        assertThat(set.schema(symbols("XLMBTC")).names()).containsExactly("log_return@5m");
    }

    @Test
    void orderOfTheMarketsSymbolsDoesNotMatter() {
        assertThat(FeatureSet.standard().schema(DOLLARS.reversed()))
                .isEqualTo(FeatureSet.standard().schema(DOLLARS));
    }

    @Test
    void everyNameOfASchemaIsEnoughToDefineItsFeatureAgain() {
        FeatureSchema schema = FeatureSet.standard().schema(DOLLARS);
        assertThat(schema.names().stream().map(FeatureDefinition::parse))
                .extracting(FeatureDefinition::name)
                .containsExactlyElementsOf(schema.names());
    }

    @Test
    void namesCarryATolerancesThatIsNotTheDefault() {
        FeatureSet set =
                new FeatureSet(
                        List.of(FeatureDeclaration.of(Family.RSI, FIVE, 14).shifted(0, 2)), 3);
        assertThat(set.schema(DOLLARS).names()).containsExactly("rsi_14@5m+3", "rsi_14@5m+3~2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "magic_3@5m|no term 'magic'",
                "rsi@5m|rsi needs a period of 2 to 200",
                "rsi_1@5m|rsi needs a period of 2 to 200",
                "rsi_201@5m|rsi needs a period of 2 to 200",
                "macd_line_5@5m|macd_line takes no period",
                "rsi_14@7m|unknown timeframe '7m'",
                "rsi_014@5m|it is written rsi_14@5m",
                "rsi_14@5m~0|it is written rsi_14@5m",
                "rsi_14@5m+1|it is written rsi_14@5m",
                "rsi_14@5m~13|a shift must be 0 to 12",
                "rsi_14@5m+13|must be 0 to 12",
                "rsi_14@5m/eth|symbol must be",
                "hour_sin@5m|no term 'hour_sin'",
                "rsi_14|a name is term[_period]@timeframe",
                "RSI_14@5m|a name is term[_period]@timeframe",
            })
    void unknownNamesAreRefusedByName(String name, String reason) {
        assertThatThrownBy(() -> new FeatureEngine(FeatureSchema.of(List.of(name))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + name + "'")
                .hasMessageContaining(reason);
    }

    @Test
    void aSchemaBridgesGapsInOneWayOnly() {
        assertThatThrownBy(() ->
                        new FeatureEngine(FeatureSchema.of(List.of("rsi_14@5m", "rsi_14@1h+3"))))
                .hasMessageContaining("not 1 and 3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"family\":\"rsi\",\"timeframes\":[\"5m\"]}",
                "{\"family\":\"rsi\",\"periods\":[14]}",
                "{\"family\":\"rsi\",\"periods\":[1],\"timeframes\":[\"5m\"]}",
                "{\"family\":\"rsi\",\"periods\":[14,14],\"timeframes\":[\"5m\"]}",
                "{\"family\":\"rsi\",\"periods\":[14,null],\"timeframes\":[\"5m\"]}",
                "{\"family\":\"rsi\",\"periods\":[14],\"timeframes\":[\"5m\"],\"shifts\":[13]}",
                "{\"family\":\"rsi\",\"periods\":[14],\"timeframes\":[\"5m\"],\"shifts\":[]}",
                "{\"family\":\"rsi\",\"periods\":[14],\"timeframes\":[\"5m\"],\"correlated\":[\"\"]}",
                "{\"family\":\"macd\",\"periods\":[14],\"timeframes\":[\"5m\"]}",
                "{\"family\":\"hour\",\"timeframes\":[\"5m\"]}",
                "{\"family\":\"magic\",\"timeframes\":[\"5m\"]}",
                "{\"family\":\"rsi\",\"period\":14,\"timeframes\":[\"5m\"]}",
                "{\"timeframes\":[\"5m\"]}",
                "{\"family\":null,\"timeframes\":[\"5m\"]}"
            })
    void invalidDeclarationsCannotBeBuilt(String json) {
        assertThatThrownBy(() -> Json.mapper().readValue(json, FeatureDeclaration.class))
                .isInstanceOf(JsonProcessingException.class);
    }

    @Test
    void invalidSetsCannotBeBuilt() {
        assertThatThrownBy(() -> new FeatureSet(List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        new FeatureSet(List.of(FeatureDeclaration.of(Family.LOG_RETURN, FIVE)), 13))
                .hasMessageContaining("max_bridged_gap_candles must be 0 to 12");
    }

    @Test
    void survivesJson() throws JsonProcessingException {
        String json = Json.mapper().writeValueAsString(FeatureSet.standard());
        assertThat(Json.mapper().readValue(json, FeatureSet.class))
                .isEqualTo(FeatureSet.standard());
        assertThat(json).contains("\"max_bridged_gap_candles\":1");
    }

    @Test
    void jsonMayLeaveOutWhatHasADefault() throws JsonProcessingException {
        FeatureSet set =
                Json.mapper()
                        .readValue(
                                """
                                {"families": [{"family": "hour"},
                                  {"family": "rsi", "periods": [14], "timeframes": ["1h"]}]}
                                """,
                                FeatureSet.class);
        assertThat(set.schema(DOLLARS).names())
                .containsExactly("hour_sin", "hour_cos", "rsi_14@1h");
        assertThat(set.maxBridgedGapCandles()).isEqualTo(1);
    }

    private static List<Symbol> symbols(String... names) {
        return Arrays.stream(names).map(Symbol::new).toList();
    }
}
