package io.auspex.api.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameTest {

    /** Around the lengths at which RFC 6455 changes the header. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 127, 65_535, 65_536, 200_000})
    void aClientReadsWhatWasWritten(int length) {
        String text = "x".repeat(length);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer two = ByteBuffer.allocateDirect(Frame.length(bytes.length) + Frame.length(3));
        Frame.put(two, bytes);
        Frame.put(two, new byte[] {'a'}, new byte[] {'b'}, new byte[] {'c'});
        for (Frame frame :
                new Frame[] {
                    Frame.of(bytes),
                    Frame.shared(bytes),
                    Frame.of(two.flip(), 2),
                    Frame.of(two, 2).direct()
                }) {
            EmbeddedChannel client =
                    new EmbeddedChannel(new WebSocket13FrameDecoder(false, false, 1 << 20));
            ByteBuf view = frame.view();
            client.writeInbound(view);
            TextWebSocketFrame read = client.readInbound();
            assertThat(read.isFinalFragment()).isTrue();
            assertThat(read.rsv()).isZero();
            assertThat(read.text()).isEqualTo(text);
            if (frame.messages() == 2) {
                WebSocketFrame second = client.readInbound();
                assertThat(((TextWebSocketFrame) second).text()).isEqualTo("abc");
                assertThat(FakeWire.texts(frame.from(Frame.length(bytes.length), 1)))
                        .containsExactly("abc");
            }
            assertThat(frame.view().readableBytes()).isEqualTo(frame.size());
            client.finishAndReleaseAll();
        }
    }
}
