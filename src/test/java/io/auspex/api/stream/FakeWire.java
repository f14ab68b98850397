package io.auspex.api.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.auspex.platform.Json;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A connection whose socket takes frames at once, or only as many as it is told to. */
final class FakeWire implements Outbox.Wire {

    private final List<String> sent = new ArrayList<>();
    private long room;
    private int flushes;
    private @Nullable CloseCode closeCode;
    private @Nullable String closeReason;

    private FakeWire(long room) {
        this.room = room;
    }

    static FakeWire reading() {
        return new FakeWire(Long.MAX_VALUE);
    }

    static FakeWire stalled() {
        return new FakeWire(0);
    }

    /** One that writes when it is woken, on whatever thread that is. */
    Outbox outbox(int maxMessages, long maxBytes) {
        return new Outbox(this, Outbox::write, maxMessages, maxBytes);
    }

    @Override
    public synchronized boolean isWritable() {
        return room > 0;
    }

    @Override
    public synchronized void write(Frame frame) {
        room--;
        sent.addAll(texts(frame));
    }

    @Override
    public synchronized void flush() {
        flushes++;
    }

    @Override
    public synchronized void close(CloseCode code, String reason) {
        closeCode = code;
        closeReason = reason;
    }

    /** The socket takes some more. */
    synchronized void take(int frames) {
        room += frames;
    }

    synchronized List<String> sent() {
        return List.copyOf(sent);
    }

    synchronized int flushes() {
        return flushes;
    }

    List<JsonNode> messages() {
        return sent().stream().map(FakeWire::json).toList();
    }

    synchronized @Nullable CloseCode closeCode() {
        return closeCode;
    }

    synchronized @Nullable String closeReason() {
        return closeReason;
    }

    /** What a client would read: RFC 6455, section 5.2. */
    static List<String> texts(Frame frame) {
        List<String> texts = new ArrayList<>();
        ByteBuf bytes = frame.view();
        while (bytes.isReadable()) {
            int first = bytes.readUnsignedByte();
            int length = bytes.readUnsignedByte();
            if (length == 126) {
                length = bytes.readUnsignedShort();
            } else if (length == 127) {
                length = Math.toIntExact(bytes.readLong());
            }
            if (first == 0x81) {
                texts.add(bytes.readCharSequence(length, StandardCharsets.UTF_8).toString());
            } else {
                bytes.skipBytes(length);
            }
        }
        return texts;
    }

    static JsonNode json(String text) {
        try {
            return Json.mapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }
}
