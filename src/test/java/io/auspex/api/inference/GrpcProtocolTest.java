package io.auspex.api.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import inference.GRPCInferenceServiceGrpc;
import inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import inference.InferParameter;
import inference.InferTensorContents;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import inference.ModelInferRequest.InferRequestedOutputTensor;
import inference.ModelInferResponse;
import inference.ModelMetadataRequest;
import inference.ModelMetadataResponse;
import inference.ModelReadyRequest;
import inference.ModelRepositoryParameter;
import inference.RepositoryIndexRequest;
import inference.RepositoryModelLoadRequest;
import inference.RepositoryModelUnloadRequest;
import inference.ServerLiveRequest;
import inference.ServerMetadataRequest;
import inference.ServerReadyRequest;
import io.auspex.api.LiveService;
import io.auspex.model.Head;
import io.auspex.model.ModelKind;
import io.auspex.platform.PostgresResource;
import io.auspex.serving.TinyModels;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@QuarkusTestResource(PostgresResource.class)
class GrpcProtocolTest {

    private static final String MODEL = "grpc-tiny";
    private static final float OLD = 0.3f;
    private static final float NEW = 0.1f;
    private static final TinyModels OLDER = TinyModels.tiny().bias(OLD);
    private static final TinyModels TINY = TinyModels.tiny().bias(NEW);
    private static boolean promoted;
    private static int older;
    private static int version;

    @Inject LiveService service;

    @TestHTTPResource("/")
    URI address;

    private ManagedChannel channel;
    private GRPCInferenceServiceBlockingStub client;

    @BeforeEach
    void connect() {
        if (!promoted) {
            older = service.promote(MODEL, OLD).version();
            version = service.promote(MODEL, NEW).version();
            service.declare("grpc-none");
            promoted = true;
        }
        channel =
                ManagedChannelBuilder.forAddress(address.getHost(), address.getPort())
                        .usePlaintext()
                        .build();
        client = GRPCInferenceServiceGrpc.newBlockingStub(channel);
    }

    @AfterEach
    void disconnect() throws InterruptedException {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }

    @Test
    void isLiveReadyAndSaysWhatItIs() {
        assertThat(client.serverLive(ServerLiveRequest.getDefaultInstance()).getLive()).isTrue();
        assertThat(client.serverReady(ServerReadyRequest.getDefaultInstance()).getReady()).isTrue();
        var server = client.serverMetadata(ServerMetadataRequest.getDefaultInstance());
        assertThat(server.getName()).isEqualTo("auspex");
        assertThat(server.getVersion()).isNotEmpty();
        assertThat(server.getExtensionsList())
                .containsExactly("binary_tensor_data", "model_repository");
    }

    @Test
    void describesModelsAndTheirVersions() {
        for (String number : List.of("", Integer.toString(older))) {
            ModelMetadataResponse model =
                    client.modelMetadata(
                            ModelMetadataRequest.newBuilder()
                                    .setName(MODEL)
                                    .setVersion(number)
                                    .build());
            assertThat(model.getName()).isEqualTo(MODEL);
            assertThat(model.getVersionsList())
                    .containsExactly(Integer.toString(version), Integer.toString(older));
            assertThat(model.getPlatform()).isEqualTo("onnxruntime_onnx");
            assertThat(model.getInputs(0).getName()).isEqualTo("features");
            assertThat(model.getInputs(0).getDatatype()).isEqualTo("FP32");
            assertThat(model.getInputs(0).getShapeList()).containsExactly(-1L, 3L);
            assertThat(model.getOutputsList())
                    .extracting(output -> output.getName())
                    .containsExactly("p_up", "p_down", "expected_return", "p_stop");
            assertThat(model.getOutputs(0).getShapeList()).containsExactly(-1L, 1L);
        }
        assertThat(isReady(MODEL, "")).isTrue();
        assertThat(isReady(MODEL, Integer.toString(older))).isTrue();
        assertThat(isReady("grpc-none", "")).isFalse();
        assertFails(Status.Code.NOT_FOUND, "no model 'nobody'", () -> isReady("nobody", ""));
        assertFails(Status.Code.NOT_FOUND, "no version 99", () -> isReady(MODEL, "99"));
    }

    @Test
    void infersTypedContents() {
        ModelInferResponse answer = client.modelInfer(typed(1, 2, 3, 4, 5, 6).setId("a").build());
        assertThat(answer.getModelName()).isEqualTo(MODEL);
        assertThat(answer.getModelVersion()).isEqualTo(Integer.toString(version));
        assertThat(answer.getId()).isEqualTo("a");
        assertThat(answer.getRawOutputContentsCount()).isZero();
        for (int head = 0; head < 4; head++) {
            var output = answer.getOutputs(head);
            assertThat(output.getName()).isEqualTo(ModelKind.MARKET.heads().get(head).code());
            assertThat(output.getDatatype()).isEqualTo("FP32");
            assertThat(output.getShapeList()).containsExactly(2L, 1L);
            assertThat((double) output.getContents().getFp32Contents(1))
                    .isEqualTo(
                            TINY.answer(ModelKind.MARKET.heads().get(head), 4, 5, 6), within(1e-6));
        }
    }

    @Test
    void infersRawContentsToTheSameBits() {
        float[] row = {0.1f, -2.5f, 1e-3f};
        ModelInferResponse typed = client.modelInfer(typed(row).build());
        ModelInferResponse raw = client.modelInfer(raw(row).build());
        assertThat(raw.getRawOutputContentsCount()).isEqualTo(4);
        for (int head = 0; head < 4; head++) {
            assertThat(raw.getOutputs(head).hasContents()).isFalse();
            assertThat(BinaryBodies.floats(raw.getRawOutputContents(head).toByteArray(), 0))
                    .containsExactly(typed.getOutputs(head).getContents().getFp32Contents(0));
        }
    }

    @Test
    void infersTheOutputsAskedForOfTheVersionAskedFor() {
        ModelInferResponse answer =
                client.modelInfer(
                        raw(1, 2, 3)
                                .setModelVersion(Integer.toString(older))
                                .addOutputs(output("p_stop"))
                                .addOutputs(output("p_up"))
                                .build());
        assertThat(answer.getModelVersion()).isEqualTo(Integer.toString(older));
        assertThat(answer.getOutputsList())
                .extracting(output -> output.getName())
                .containsExactly("p_stop", "p_up");
        assertThat((double) BinaryBodies.floats(answer.getRawOutputContents(1).toByteArray(), 0)[0])
                .isEqualTo(OLDER.answer(Head.P_UP, 1, 2, 3), within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 65, 1000})
    void infersBatchesOnAndOffTheEventLoop(int rows) {
        float[] values = new float[rows * 3];
        values[values.length - 1] = 7;
        ModelInferResponse answer = client.modelInfer(raw(values).build());
        float[] up = BinaryBodies.floats(answer.getRawOutputContents(0).toByteArray(), 0);
        assertThat(up).hasSize(rows);
        assertThat((double) up[rows - 1]).isEqualTo(TINY.answer(Head.P_UP, 0, 0, 7), within(1e-6));
    }

    @Test
    void saysWhatIsWrong() {
        assertInvalid("there must be one input", request -> request.clearInputs());
        assertInvalid(
                "there must be one input, 'features', not 2",
                request -> request.addInputs(request.getInputs(0)));
        assertPartInvalid("unknown input 'x'", request -> request.getInputsBuilder(0).setName("x"));
        assertPartInvalid(
                "is FP32, not FP64", request -> request.getInputsBuilder(0).setDatatype("FP64"));
        assertPartInvalid(
                "shape [N, 3], not [3]",
                request -> request.getInputsBuilder(0).clearShape().addShape(3));
        assertPartInvalid(
                "shape [N, 3], not [-1, 3]",
                request -> request.getInputsBuilder(0).setShape(0, -1));
        assertPartInvalid(
                "may bring 1000 rows, not 9223372036854775807",
                request -> request.getInputsBuilder(0).setShape(0, Long.MAX_VALUE));
        assertPartInvalid(
                "needs 6 numbers in fp32_contents",
                request -> request.getInputsBuilder(0).setShape(0, 2));
        assertPartInvalid(
                "nothing elsewhere",
                request -> request.getInputsBuilder(0).getContentsBuilder().addFp64Contents(1));
        assertInvalid(
                "either contents or raw_input_contents",
                request -> request.addRawInputContents(ByteString.copyFrom(new byte[12])));
        assertInvalid(
                "raw_input_contents has 11 bytes",
                request -> {
                    request.getInputsBuilder(0).clearContents();
                    return request.addRawInputContents(ByteString.copyFrom(new byte[11]));
                });
        assertInvalid("unknown output 'x'", request -> request.addOutputs(output("x")));
        assertInvalid(
                "asked for twice",
                request -> request.addOutputs(output("p_up")).addOutputs(output("p_up")));
        assertInvalid(
                "classification",
                request ->
                        request.addOutputs(
                                output("p_up").toBuilder()
                                        .putParameters(
                                                "classification",
                                                InferParameter.newBuilder()
                                                        .setInt64Param(1)
                                                        .build())));
        assertFails(
                Status.Code.NOT_FOUND,
                "no model 'nobody'",
                () -> client.modelInfer(typed(1, 2, 3).setModelName("nobody").build()));
        assertFails(
                Status.Code.NOT_FOUND,
                "no version 99",
                () -> client.modelInfer(typed(1, 2, 3).setModelVersion("99").build()));
        assertFails(
                Status.Code.NOT_FOUND,
                "no version 'latest'",
                () -> client.modelInfer(typed(1, 2, 3).setModelVersion("latest").build()));
        assertFails(
                Status.Code.UNAVAILABLE,
                "no model",
                () -> client.modelInfer(typed(1, 2, 3).setModelName("grpc-none").build()));
    }

    @Test
    void aTimeoutIsPositive() {
        InferParameter nothing = InferParameter.newBuilder().setInt64Param(0).build();
        assertInvalid(
                "microseconds from 1, not 0", request -> request.putParameters("timeout", nothing));
    }

    @Test
    void aTimeoutIsEitherKindOfWholeNumberAndNothingElse() {
        for (InferParameter timeout :
                List.of(
                        InferParameter.newBuilder().setInt64Param(60_000_000).build(),
                        InferParameter.newBuilder().setUint64Param(60_000_000).build(),
                        InferParameter.newBuilder().setUint64Param(-1).build())) {
            assertThat(
                            client.modelInfer(
                                            raw(1, 2, 3).putParameters("timeout", timeout).build())
                                    .getOutputsCount())
                    .isEqualTo(4);
        }
        InferParameter text = InferParameter.newBuilder().setStringParam("60000000").build();
        assertInvalid(
                "int64_param or a uint64_param of microseconds, not a string_param",
                request -> request.putParameters("timeout", text));
        InferParameter zero = InferParameter.newBuilder().setUint64Param(0).build();
        assertInvalid(
                "microseconds from 1, not 0", request -> request.putParameters("timeout", zero));
    }

    @Test
    void theEarlierOfTheCallsDeadlineAndTheTimeoutInsideItCounts() {
        Deadline call = new Deadline(System.nanoTime(), TimeUnit.MILLISECONDS.toNanos(10));
        for (long micros : List.of(1L, 1_000_000L)) {
            InferParameter timeout = InferParameter.newBuilder().setInt64Param(micros).build();
            GrpcQuestion question =
                    new GrpcQuestion(raw(1, 2, 3).putParameters("timeout", timeout).build(), call);
            InferRequest request = question.read(new Signature(3, List.of("p_up"), 10));
            assertThat(Inference.deadline(question, request).timeoutNanos())
                    .isEqualTo(Math.min(micros * 1_000, call.timeoutNanos()));
        }
    }

    @Test
    void readsTheDeadlinesOfGrpc() {
        assertThat(GrpcDeadlines.parse("250m", 7)).isEqualTo(new Deadline(7, 250_000_000));
        assertThat(GrpcDeadlines.parse("2S", 7)).isEqualTo(new Deadline(7, 2_000_000_000L));
        assertThat(GrpcDeadlines.parse("1M", 7)).isEqualTo(new Deadline(7, 60_000_000_000L));
        assertThat(GrpcDeadlines.parse("900u", 7)).isEqualTo(new Deadline(7, 900_000));
        assertThat(GrpcDeadlines.parse("5n", 7)).isEqualTo(new Deadline(7, 5));
        assertThat(GrpcDeadlines.parse("2H", 7)).isEqualTo(Deadline.NONE);
        assertThat(GrpcDeadlines.parse("soon", 7)).isEqualTo(Deadline.NONE);
        assertThat(GrpcDeadlines.parse(null, 7)).isEqualTo(Deadline.NONE);
    }

    @Test
    void aDeadlineThatHasPassedOnArrivalIsExceeded() {
        // The client would give up by itself: it is told nothing, only the server is.
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER), "1n");
        assertFails(
                Status.Code.DEADLINE_EXCEEDED,
                "nothing was scored",
                () ->
                        client.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                                .modelInfer(raw(1, 2, 3).build()));
    }

    @Test
    void aMessageBeyondTheBoundIsRefusedAndTheConnectionGoesOn() {
        ModelInferRequest huge =
                raw(1, 2, 3)
                        .setRawInputContents(0, ByteString.copyFrom(new byte[11 * 1024 * 1024]))
                        .build();
        assertThatThrownBy(() -> client.modelInfer(huge))
                .isInstanceOf(StatusRuntimeException.class);
        assertThat(client.modelInfer(raw(1, 2, 3).build()).getOutputsCount()).isEqualTo(4);
    }

    @Test
    void anythingAtAllIsAnsweredOrRefused() {
        Random random = new Random(8);
        byte[] valid = raw(1, 2, 3).build().toByteArray();
        int answered = 0;
        for (int i = 0; i < 500; i++) {
            ModelInferRequest request;
            try {
                request = ModelInferRequest.parseFrom(BinaryBodies.mutated(valid, random));
            } catch (InvalidProtocolBufferException e) {
                continue;
            }
            try {
                client.withDeadlineAfter(10, TimeUnit.SECONDS).modelInfer(request);
                answered++;
            } catch (StatusRuntimeException e) {
                assertThat(e.getStatus().getCode())
                        .as(e.getMessage())
                        .isIn(Status.Code.INVALID_ARGUMENT, Status.Code.NOT_FOUND);
            }
        }
        assertThat(answered).isGreaterThan(50);
    }

    @Test
    void loadsUnloadsAndListsModels() {
        String model = "grpc-repository";
        service.promote(model, NEW);
        assertThat(ready()).contains(model);
        client.repositoryModelUnload(
                RepositoryModelUnloadRequest.newBuilder().setModelName(model).build());
        assertThat(isReady(model, "")).isFalse();
        assertThat(ready()).doesNotContain(model);
        assertFails(
                Status.Code.UNAVAILABLE,
                "it was unloaded",
                () -> client.modelInfer(typed(1, 2, 3).setModelName(model).build()));
        RepositoryModelLoadRequest.Builder load =
                RepositoryModelLoadRequest.newBuilder().setModelName(model);
        assertFails(
                Status.Code.INVALID_ARGUMENT,
                "POST /api/models/{name}/versions",
                () ->
                        client.repositoryModelLoad(
                                load.clone()
                                        .putParameters(
                                                "config",
                                                ModelRepositoryParameter.newBuilder()
                                                        .setStringParam("{}")
                                                        .build())
                                        .build()));
        assertFails(
                Status.Code.INVALID_ARGUMENT,
                "no repository 'x'",
                () -> client.repositoryModelLoad(load.clone().setRepositoryName("x").build()));
        assertFails(
                Status.Code.INVALID_ARGUMENT,
                "no repository 'x'",
                () ->
                        client.repositoryIndex(
                                RepositoryIndexRequest.newBuilder()
                                        .setRepositoryName("x")
                                        .build()));
        assertThat(isReady(model, "")).isFalse();
        client.repositoryModelLoad(load.build());
        assertThat(isReady(model, "")).isTrue();
        assertThat(ready()).contains(model);
        assertFails(
                Status.Code.NOT_FOUND,
                "no model 'nobody'",
                () ->
                        client.repositoryModelLoad(
                                RepositoryModelLoadRequest.newBuilder()
                                        .setModelName("nobody")
                                        .build()));
    }

    private List<String> ready() {
        return client
                .repositoryIndex(RepositoryIndexRequest.newBuilder().setReady(true).build())
                .getModelsList()
                .stream()
                .map(entry -> entry.getName())
                .toList();
    }

    private boolean isReady(String model, String number) {
        return client.modelReady(
                        ModelReadyRequest.newBuilder().setName(model).setVersion(number).build())
                .getReady();
    }

    private void assertInvalid(String message, UnaryOperator<ModelInferRequest.Builder> change) {
        assertFails(
                Status.Code.INVALID_ARGUMENT,
                message,
                () -> client.modelInfer(change.apply(typed(1, 2, 3)).build()));
    }

    /** For changes of a part of the request. */
    private void assertPartInvalid(String message, Consumer<ModelInferRequest.Builder> change) {
        assertInvalid(
                message,
                request -> {
                    change.accept(request);
                    return request;
                });
    }

    private static void assertFails(Status.Code code, String message, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refused -> assertThat(refused.getStatus().getCode()).isEqualTo(code))
                .hasMessageContaining(message);
    }

    private static InferRequestedOutputTensor output(String name) {
        return InferRequestedOutputTensor.newBuilder().setName(name).build();
    }

    private static ModelInferRequest.Builder typed(float... values) {
        InferTensorContents.Builder contents = InferTensorContents.newBuilder();
        for (float value : values) {
            contents.addFp32Contents(value);
        }
        ModelInferRequest.Builder request = request(values.length / 3);
        request.getInputsBuilder(0).setContents(contents);
        return request;
    }

    private static ModelInferRequest.Builder raw(float... values) {
        return request(values.length / 3)
                .addRawInputContents(ByteString.copyFrom(BinaryBodies.floats(values)));
    }

    private static ModelInferRequest.Builder request(int rows) {
        return ModelInferRequest.newBuilder()
                .setModelName(MODEL)
                .addInputs(
                        InferInputTensor.newBuilder()
                                .setName("features")
                                .setDatatype("FP32")
                                .addShape(rows)
                                .addShape(3));
    }
}
