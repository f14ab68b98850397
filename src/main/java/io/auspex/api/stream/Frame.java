package io.auspex.api.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;

/**
 * Messages of the server as they go over the wire, made once and written to any number of
 * connections: WebSocket frames (RFC 6455, section 5.2), final, of text, unmasked and not
 * compressed.
 *
 * <pre>
 *   0x81 | length: 1, 3 or 9 bytes | payload | 0x81 | length | payload | ..
 * </pre>
 *
 * <p>The bytes belong to the garbage collector and are never released, so that no count of readers
 * has to be right. What is kept for long is kept on the heap: memory outside of it comes back late
 * when its owner has become old.
 */
final class Frame {

    private static final byte FINAL_PING = (byte) 0x89;
    private static final byte FINAL_TEXT = (byte) 0x81;
    private static final int LONGEST_OF_ONE_BYTE = 125;
    private static final int LONGEST_OF_TWO_BYTES = 65_535;
    private static final byte TWO_BYTES = 126;
    private static final byte EIGHT_BYTES = 127;

    private final ByteBuf bytes;
    private final int messages;

    private Frame(ByteBuf bytes, int messages) {
        this.bytes = Unpooled.unreleasableBuffer(bytes);
        this.messages = messages;
    }

    /** An empty ping, which every client library answers by itself. */
    static Frame ping() {
        return new Frame(Unpooled.wrappedBuffer(new byte[] {FINAL_PING, 0}), 0);
    }

    /** A message for one connection. */
    static Frame of(byte[] text) {
        ByteBuffer bytes = ByteBuffer.allocate(length(text.length));
        put(bytes, text);
        return new Frame(Unpooled.wrappedBuffer(bytes.flip()), 1);
    }

    /** A message for many: outside of the heap, where a socket takes it without a copy. */
    static Frame shared(byte[] text) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(length(text.length));
        put(bytes, text);
        return of(bytes.flip(), 1);
    }

    /** Of frames that were {@link #put} there. */
    static Frame of(ByteBuffer frames, int messages) {
        return new Frame(Unpooled.wrappedBuffer(frames), messages);
    }

    /** Bytes of a frame with that payload. */
    static int length(int payload) {
        return payload
                + (payload <= LONGEST_OF_ONE_BYTE ? 2 : payload <= LONGEST_OF_TWO_BYTES ? 4 : 10);
    }

    /** One message in parts. */
    static void put(ByteBuffer to, byte[]... parts) {
        int payload = 0;
        for (byte[] part : parts) {
            payload += part.length;
        }
        to.put(FINAL_TEXT);
        if (payload <= LONGEST_OF_ONE_BYTE) {
            to.put((byte) payload);
        } else if (payload <= LONGEST_OF_TWO_BYTES) {
            to.put(TWO_BYTES).putShort((short) payload);
        } else {
            to.put(EIGHT_BYTES).putLong(payload);
        }
        for (byte[] part : parts) {
            to.put(part);
        }
    }

    /** The same outside of the heap: for a moment and for many. */
    Frame direct() {
        ByteBuffer copy = ByteBuffer.allocateDirect(size());
        bytes.getBytes(bytes.readerIndex(), copy);
        return of(copy.flip(), messages);
    }

    int size() {
        return bytes.readableBytes();
    }

    int messages() {
        return messages;
    }

    /** A view with a reading position of its own, for one write. */
    ByteBuf view() {
        return bytes.duplicate();
    }

    /** The messages from a byte on. */
    Frame from(int offset, int remainingMessages) {
        return new Frame(bytes.slice(offset, size() - offset), remainingMessages);
    }
}
