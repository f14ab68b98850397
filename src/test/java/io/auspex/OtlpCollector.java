package io.auspex;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A stand-in for an OTLP collector: the trace service of the protocol over real gRPC. What it is
 * sent is read by the numbers of the fields in OpenTelemetry's {@code trace.proto}.
 */
final class OtlpCollector implements AutoCloseable {

    private static final String SERVICE = "opentelemetry.proto.collector.trace.v1.TraceService";

    private static final int RESOURCE_SPANS = 1;
    private static final int SCOPE_SPANS = 2;
    private static final int SPANS = 2;
    private static final int TRACE_ID = 1;
    private static final int SPAN_ID = 2;
    private static final int PARENT_SPAN_ID = 4;
    private static final int NAME = 5;
    private static final int START = 7;
    private static final int END = 8;
    private static final int ATTRIBUTES = 9;
    private static final int KEY = 1;
    private static final int VALUE = 2;
    private static final int STRING_VALUE = 1;
    private static final int INT_VALUE = 3;

    /**
     * One that has been received.
     *
     * @param parentId empty for the first of a trace
     * @param attributes strings and integers
     */
    record Span(
            String traceId,
            String id,
            String parentId,
            String name,
            long startNanos,
            long endNanos,
            Map<String, String> attributes) {}

    private final List<Span> spans = new CopyOnWriteArrayList<>();
    private final Server server;

    OtlpCollector() throws IOException {
        MethodDescriptor<byte[], byte[]> export =
                MethodDescriptor.<byte[], byte[]>newBuilder()
                        .setType(MethodDescriptor.MethodType.UNARY)
                        .setFullMethodName(
                                MethodDescriptor.generateFullMethodName(SERVICE, "Export"))
                        .setRequestMarshaller(new Bytes())
                        .setResponseMarshaller(new Bytes())
                        .build();
        server =
                ServerBuilder.forPort(0)
                        .addService(
                                ServerServiceDefinition.builder(SERVICE)
                                        .addMethod(export, ServerCalls.asyncUnaryCall(this::take))
                                        .build())
                        .build()
                        .start();
    }

    /** What {@code --tracing.endpoint} is to say. */
    String endpoint() {
        return "http://127.0.0.1:" + server.getPort();
    }

    /** Everything so far. */
    List<Span> spans() {
        return spans;
    }

    /** Those below a span. */
    List<Span> below(Span parent) {
        return spans.stream()
                .filter(span -> span.traceId().equals(parent.traceId()))
                .filter(span -> span.parentId().equals(parent.id()))
                .toList();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private void take(byte[] request, StreamObserver<byte[]> answer) {
        try {
            for (UnknownFieldSet resource : messages(fields(request), RESOURCE_SPANS)) {
                for (UnknownFieldSet scope : messages(resource, SCOPE_SPANS)) {
                    for (UnknownFieldSet span : messages(scope, SPANS)) {
                        spans.add(span(span));
                    }
                }
            }
            answer.onNext(new byte[0]);
            answer.onCompleted();
        } catch (InvalidProtocolBufferException notOtlp) {
            answer.onError(notOtlp);
        }
    }

    private static Span span(UnknownFieldSet span) throws InvalidProtocolBufferException {
        Map<String, String> attributes = new HashMap<>();
        for (UnknownFieldSet attribute : messages(span, ATTRIBUTES)) {
            UnknownFieldSet value = messages(attribute, VALUE).getFirst();
            if (value.hasField(STRING_VALUE)) {
                attributes.put(text(attribute, KEY), text(value, STRING_VALUE));
            } else if (value.hasField(INT_VALUE)) {
                attributes.put(
                        text(attribute, KEY),
                        value.getField(INT_VALUE).getVarintList().getFirst().toString());
            }
        }
        return new Span(
                hex(span, TRACE_ID),
                hex(span, SPAN_ID),
                hex(span, PARENT_SPAN_ID),
                text(span, NAME),
                span.getField(START).getFixed64List().getFirst(),
                span.getField(END).getFixed64List().getFirst(),
                attributes);
    }

    private static List<UnknownFieldSet> messages(UnknownFieldSet in, int field)
            throws InvalidProtocolBufferException {
        List<UnknownFieldSet> messages = new ArrayList<>();
        for (ByteString bytes : in.getField(field).getLengthDelimitedList()) {
            messages.add(UnknownFieldSet.parseFrom(bytes));
        }
        return messages;
    }

    private static UnknownFieldSet fields(byte[] message) throws InvalidProtocolBufferException {
        return UnknownFieldSet.parseFrom(message);
    }

    private static String text(UnknownFieldSet in, int field) {
        return in.getField(field).getLengthDelimitedList().getFirst().toStringUtf8();
    }

    private static String hex(UnknownFieldSet in, int field) {
        List<ByteString> given = in.getField(field).getLengthDelimitedList();
        return given.isEmpty() ? "" : HexFormat.of().formatHex(given.getFirst().toByteArray());
    }

    /** Messages as they are. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try (stream) {
                return stream.readAllBytes();
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }
    }
}
