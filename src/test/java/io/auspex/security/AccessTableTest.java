package io.auspex.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTableTest {

    private static final AccessTable TABLE =
            AccessTable.parse(
                    """
                    # a comment
                    GET    /api/models                    viewer
                    GET    /api/models/{name}             viewer
                    POST   /api/models/{name}/train       operator  refit.request
                    DELETE /api/models/purge              admin     model.purge
                    GET    /api/{anything}/last           trader
                    GET    /q/health                      public
                    WS     /api/stream                    viewer
                    GRPC   some.Service/Method            operator  some.method
                    TOPIC  signals                        trader
                    """);

    @Test
    void findsWhatARouteNeeds() {
        assertThat(TABLE.find("GET", "/api/models").role()).isEqualTo(Role.VIEWER);
        assertThat(TABLE.find("HEAD", "/api/models/a").role()).isEqualTo(Role.VIEWER);
        assertThat(TABLE.find("POST", "/api/models/a/train").action()).isEqualTo("refit.request");
        assertThat(TABLE.find("GET", "/q/health").isPublic()).isTrue();
        assertThat(TABLE.find("GET", "/api/stream").isStream()).isTrue();
        assertThat(TABLE.find("POST", "/some.Service/Method").role()).isEqualTo(Role.OPERATOR);
        assertThat(TABLE.topic("signals:ETHBTC")).isPresent();
        assertThat(TABLE.topic("signals")).isPresent();
    }

    @Test
    void whatIsNotDeclaredIsNotFound() {
        assertThat(TABLE.find("POST", "/api/models")).isNull();
        assertThat(TABLE.find("GET", "/api/models/a/train")).isNull();
        assertThat(TABLE.find("GET", "/api")).isNull();
        assertThat(TABLE.find("GET", "/")).isNull();
        assertThat(TABLE.find("PATCH", "/api/models")).isNull();
        assertThat(TABLE.find("GET", "/api/models/a/b")).isNull();
        assertThat(TABLE.topic("refits")).isEmpty();
    }

    @Test
    void aLiteralSegmentComesBeforeAParameterAndAParameterAfterADeadEnd() {
        assertThat(TABLE.find("GET", "/api/models/last").role()).isEqualTo(Role.VIEWER);
        assertThat(TABLE.find("GET", "/api/other/last").role()).isEqualTo(Role.TRADER);
        assertThat(TABLE.find("GET", "/api/models/").role()).isEqualTo(Role.VIEWER);
    }

    @Test
    void aLineThatMeansNothingIsRefused() {
        assertThatThrownBy(() -> AccessTable.parse("GET /a king"))
                .hasMessageContaining("no such role");
        assertThatThrownBy(() -> AccessTable.parse("GET /a")).hasMessageContaining("columns");
        assertThatThrownBy(() -> AccessTable.parse("GET /a viewer\nGET /a admin"))
                .hasMessageContaining("twice");
        assertThatThrownBy(() -> AccessTable.parse("GET /{a} viewer\nGET /{b} admin"))
                .hasMessageContaining("twice");
    }

    @Test
    void eachRoleMayDoWhatThoseBeforeItMay() {
        assertThat(Role.ADMIN.includes(Role.VIEWER)).isTrue();
        assertThat(Role.TRADER.includes(Role.TRADER)).isTrue();
        assertThat(Role.TRADER.includes(Role.OPERATOR)).isFalse();
        assertThat(Role.of("Operator")).contains(Role.OPERATOR);
        assertThat(Role.of("root")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/api/models",
                "/api/models/",
                "/api/models/a.b-c_d~e",
                "/api/signals/2f-118",
                "/v2/models/%20x",
                "/a/...b"
            })
    void aPathThatCanBeReadInOneWayIsPlain(String path) {
        assertThat(PlainPath.isPlain(path)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "api", "//api", "/api//keys", "/./api", "/api/..", "/api/../keys", "/a;b",
                "/a%2fb", "/a%2Fb", "/a%5cb", "/a%3bb", "/%2e%2e/a", "/%61pi", "/a%00", "/a%",
                "/a%2", "/a%zz", "/a\\b", "/a b", "/a%252f", "/...", "/\u00e4"
            })
    void aPathThatRoutersCouldReadOtherwiseIsNot(String path) {
        assertThat(PlainPath.isPlain(path)).isFalse();
    }
}
