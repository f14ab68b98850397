package io.auspex.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamRequestTest {

    @Test
    void readsEveryOperation() {
        assertThat(parse("{\"op\":\"subscribe\",\"id\":\"1\",\"topics\":[\"a\",\"b\",\"a\"]}"))
                .isEqualTo(
                        new StreamRequest.Subscribe(
                                new TextNode("1"),
                                List.of(
                                        new StreamRequest.Wanted("a", null),
                                        new StreamRequest.Wanted("b", null))));
        assertThat(
                        parse(
                                "{\"op\":\"subscribe\",\"topics\":[\"a\",{\"topic\":\"b\",\"epoch\":\"e\",\"since\":7}]}"))
                .isEqualTo(
                        new StreamRequest.Subscribe(
                                NullNode.instance,
                                List.of(
                                        new StreamRequest.Wanted("a", null),
                                        new StreamRequest.Wanted(
                                                "b", new StreamRequest.Since("e", 7)))));
        assertThat(parse("{\"op\":\"auth\",\"id\":1,\"token\":\"secret\"}"))
                .isEqualTo(new StreamRequest.Auth(new IntNode(1), "secret"));
        assertThat(parse("{\"op\":\"auth\",\"id\":1,\"token\":\"secret\"}").toString())
                .doesNotContain("secret");
        assertThat(parse("{\"topics\":[\"a\"],\"op\":\"unsubscribe\",\"id\":2}"))
                .isEqualTo(new StreamRequest.Unsubscribe(new IntNode(2), List.of("a")));
        assertThat(parse("{\"op\":\"list\"}"))
                .isEqualTo(new StreamRequest.ListTopics(NullNode.instance));
        assertThat(parse("{\"op\":\"ping\",\"id\":null}"))
                .isEqualTo(new StreamRequest.Ping(NullNode.instance));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nonsense|not JSON",
                "{\"op\":\"ping\"} more|not JSON",
                "[]|a message is a JSON object",
                "''|a message is a JSON object",
                "{}|op must be one of subscribe, unsubscribe, list, ping, auth",
                "{\"op\":7}|op must be one of subscribe, unsubscribe, list, ping, auth",
                "{\"op\":\"publish\"}|unknown op 'publish'; use subscribe, unsubscribe, list, ping or auth",
                "{\"op\":\"ping\",\"topics\":[]}|unknown field 'topics'",
                "{\"op\":\"subscribe\",\"topic\":\"a\"}|unknown field 'topic'",
                "{\"op\":\"unsubscribe\"}|topics must be an array of 1 to 3 strings",
                "{\"op\":\"subscribe\",\"topics\":[]}|topics must be an array of 1 to 3 strings or {\"topic\",\"epoch\",\"since\"}",
                "{\"op\":\"subscribe\",\"topics\":\"a\"}|topics must be an array of 1 to 3 strings or {\"topic\",\"epoch\",\"since\"}",
                "{\"op\":\"subscribe\",\"topics\":[\"a\",\"b\",\"c\",\"d\"]}|topics must be an array of 1 to 3 strings or {\"topic\",\"epoch\",\"since\"}",
                "{\"op\":\"subscribe\",\"topics\":[7]}|a topic is a string of at most 128 characters",
                "{\"op\":\"subscribe\",\"topics\":[{\"topic\":\"a\"}]}|to resume takes exactly topic and epoch, strings of at most 128 characters, and since, a whole number from 0",
                "{\"op\":\"subscribe\",\"topics\":[{\"topic\":\"a\",\"epoch\":\"e\",\"since\":-1}]}|to resume takes exactly topic and epoch, strings of at most 128 characters, and since, a whole number from 0",
                "{\"op\":\"subscribe\",\"topics\":[{\"topic\":\"a\",\"epoch\":\"e\",\"since\":1.5}]}|to resume takes exactly topic and epoch, strings of at most 128 characters, and since, a whole number from 0",
                "{\"op\":\"subscribe\",\"topics\":[{\"topic\":\"a\",\"epoch\":7,\"since\":1}]}|to resume takes exactly topic and epoch, strings of at most 128 characters, and since, a whole number from 0",
                "{\"op\":\"subscribe\",\"topics\":[{\"topic\":\"a\",\"epoch\":\"e\",\"since\":1,\"x\":1}]}|to resume takes exactly topic and epoch, strings of at most 128 characters, and since, a whole number from 0",
                "{\"op\":\"auth\"}|token must be a string",
                "{\"op\":\"auth\",\"token\":\"\"}|token must be a string",
                "{\"op\":\"auth\",\"token\":\"t\",\"topics\":[]}|unknown field 'topics'",
                "{\"op\":\"ping\",\"id\":{}}|id must be a string of at most 128 characters or a number",
            })
    void saysWhatIsWrong(String text, String reason) {
        assertThat(parse(text))
                .isInstanceOfSatisfying(
                        StreamRequest.Malformed.class,
                        malformed -> assertThat(malformed.reason()).isEqualTo(reason));
    }

    @Test
    void aMalformedMessageStillHasItsId() {
        assertThat(parse("{\"op\":\"publish\",\"id\":\"9\"}").id()).isEqualTo(new TextNode("9"));
    }

    private static StreamRequest parse(String text) {
        return StreamRequest.parse(text, 3);
    }
}
