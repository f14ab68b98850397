"""Checks a running service with tritonclient, over HTTP and over gRPC.

    check_protocol.py HOST:PORT MODEL VERSION OLDER_VERSION MODEL_WITHOUT_VERSION MODEL_TO_UNLOAD

MODEL is one of the tests' tiny models with three features, whose heads are
sigmoid(bias + 0.25 head + 0.01 sum(features)), the third without the sigmoid; VERSION has the bias
0.1 and is the champion, OLDER_VERSION has 0.3. Both transports run the same checks; every answer is
compared with numpy and with that of the other transport. Exit code 1 at the first difference.
"""

import importlib.metadata
import json
import sys

import numpy as np
import tritonclient.grpc as over_grpc
import tritonclient.http as over_http
from tritonclient.utils import InferenceServerException

HEADS = ["p_up", "p_down", "expected_return", "p_stop"]
BIAS, OLDER_BIAS = 0.1, 0.3
TOLERANCE = 1e-6

checked = 0
largest = 0.0


def check(condition, message):
    global checked
    checked += 1
    if not condition:
        print(f"FAILED: {message}")
        sys.exit(1)


def expected(rows, head, bias=BIAS):
    score = bias + 0.25 * HEADS.index(head) + 0.01 * rows.astype(np.float64).sum(axis=1, keepdims=True)
    return score if head == "expected_return" else 1 / (1 + np.exp(-score))


def check_numbers(result, rows, heads, bias=BIAS):
    global largest
    for head in heads:
        actual = result.as_numpy(head)
        check(actual is not None and actual.dtype == np.float32, f"{head} is missing or no float32")
        check(actual.shape == (len(rows), 1), f"{head} has the shape {actual.shape}")
        difference = np.abs(actual - expected(rows, head, bias)).max()
        largest = max(largest, difference)
        check(difference <= TOLERANCE, f"{head} differs by {difference}")


def refused(code, words, call):
    try:
        call()
    except InferenceServerException as refusal:
        check(str(refusal.status()).endswith(code), f"status {refusal.status()}, not {code}: {refusal}")
        check(words in str(refusal.message()), f"'{words}' is not in '{refusal.message()}'")
        return
    check(False, f"nothing was refused; '{words}' should have been")


class Http:
    """JSON and binary, by choice a tensor."""

    name = "http"
    ways = [(True, True), (True, False), (False, True), (False, False)]
    invalid, absent, unready = "400", "404", "503"

    def __init__(self, address):
        self.client = over_http.InferenceServerClient(address)

    def input(self, rows, way=(True, True), name="features", datatype="FP32", shape=None):
        tensor = over_http.InferInput(name, list(rows.shape), datatype)
        tensor.set_data_from_numpy(rows, binary_data=way[0])
        return tensor if shape is None else tensor.set_shape(list(shape))

    def output(self, head, way=(True, True)):
        return over_http.InferRequestedOutput(head, binary_data=way[1])

    def metadata(self, model, version=""):
        return self.client.get_model_metadata(model, version)

    def index(self, ready):
        # The client has no way to say "ready".
        answer = self.client._post("v2/repository/index", f'{{"ready": {str(ready).lower()}}}', {}, None)
        return json.loads(answer.read())

    def server(self):
        return self.client.get_server_metadata()


class Grpc:
    """Raw contents: all that tritonclient sends."""

    name = "grpc"
    ways = [(True, True)]
    invalid, absent, unready = "INVALID_ARGUMENT", "NOT_FOUND", "UNAVAILABLE"

    def __init__(self, address):
        self.client = over_grpc.InferenceServerClient(address)

    def input(self, rows, way=None, name="features", datatype="FP32", shape=None):
        tensor = over_grpc.InferInput(name, list(rows.shape), datatype)
        tensor.set_data_from_numpy(rows)
        return tensor if shape is None else tensor.set_shape(list(shape))

    def output(self, head, way=None):
        return over_grpc.InferRequestedOutput(head)

    def metadata(self, model, version=""):
        return self.client.get_model_metadata(model, version, as_json=True)

    def index(self, ready):
        request = over_grpc.service_pb2.RepositoryIndexRequest(ready=ready)
        models = self.client._client_stub.RepositoryIndex(request).models
        return [{"name": m.name, "version": m.version, "state": m.state, "reason": m.reason} for m in models]

    def server(self):
        return self.client.get_server_metadata(as_json=True)


def check_metadata(wire, model, version, older, empty):
    check(wire.client.is_server_live(), "the server is not live")
    check(wire.client.is_server_ready(), "the server is not ready")
    server = wire.server()
    check(server["name"] == "auspex" and server["version"], f"server metadata {server}")
    check(server["extensions"] == ["binary_tensor_data", "model_repository"], f"{server['extensions']}")
    check(wire.client.is_model_ready(model), f"{model} is not ready")
    check(wire.client.is_model_ready(model, older), f"version {older} is not ready")
    check(not wire.client.is_model_ready(empty), f"{empty} is ready")
    for number in ("", version, older):
        description = wire.metadata(model, number)
        check(description["name"] == model, f"{description}")
        check(description["versions"] == [version, older], f"versions {description['versions']}")
        check(description["platform"] == "onnxruntime_onnx", f"{description}")
        tensors = [(t["name"], t["datatype"], [int(d) for d in t["shape"]]) for t in description["inputs"]]
        check(tensors == [("features", "FP32", [-1, 3])], f"inputs {tensors}")
        tensors = [(t["name"], t["datatype"], [int(d) for d in t["shape"]]) for t in description["outputs"]]
        check(tensors == [(head, "FP32", [-1, 1]) for head in HEADS], f"outputs {tensors}")


def check_inference(wire, model, version, older):
    """Returns the answers to the same rows, by way."""
    random = np.random.default_rng(7)
    answers = []
    for rows in (random.normal(0, 9, (1, 3)), random.normal(0, 9, (65, 3)), random.normal(0, 9, (1000, 3))):
        rows = rows.astype(np.float32)
        for way in wire.ways:
            given = [wire.input(rows, way)]
            heads = [wire.output(head, way) for head in HEADS]
            result = wire.client.infer(model, given, outputs=heads, request_id="r-1")
            check_numbers(result, rows, HEADS)
            response = result.get_response(as_json=True) if wire.name == "grpc" else result.get_response()
            check(response["model_name"] == model and response["model_version"] == version, f"{response}")
            check(response["id"] == "r-1", "the id is lost")
            answers.append((len(rows), way, np.hstack([result.as_numpy(head) for head in HEADS])))

            some = wire.client.infer(model, given, outputs=[wire.output("p_stop", way), wire.output("p_up", way)])
            response = some.get_response(as_json=True) if wire.name == "grpc" else some.get_response()
            names = [output["name"] for output in response["outputs"]]
            check(names == ["p_stop", "p_up"], f"outputs {names}")
            check_numbers(some, rows, ["p_stop", "p_up"])

            check_numbers(wire.client.infer(model, given), rows, HEADS)
            check_numbers(wire.client.infer(model, given, model_version=older), rows, HEADS, OLDER_BIAS)
    missing = np.array([[1, np.nan, 3]], dtype=np.float32)
    result = wire.client.infer(model, [wire.input(missing)])
    check(np.isnan(result.as_numpy("expected_return")).all(), "NaN did not reach the model")
    return answers


def check_refusals(wire, model, empty):
    rows = np.ones((1, 3), dtype=np.float32)
    infer = wire.client.infer
    refused(wire.absent, "no model 'nobody'", lambda: infer("nobody", [wire.input(rows)]))
    refused(wire.absent, "no version 99", lambda: infer(model, [wire.input(rows)], model_version="99"))
    refused(wire.absent, "no version 'latest'", lambda: infer(model, [wire.input(rows)], model_version="latest"))
    refused(wire.absent, "no model 'nobody'", lambda: wire.metadata("nobody"))
    refused(wire.unready, "no model: no version", lambda: infer(empty, [wire.input(rows)]))
    for way in wire.ways:
        wide = np.ones((1, 4), dtype=np.float32)
        refused(wire.invalid, "shape [N, 3], not [1, 4]", lambda: infer(model, [wire.input(wide, way)]))
        flat = np.ones(3, dtype=np.float32)
        refused(wire.invalid, "shape [N, 3], not [3]", lambda: infer(model, [wire.input(flat, way)]))
        double = np.ones((1, 3))
        refused(
            wire.invalid, "is FP32, not FP64", lambda: infer(model, [wire.input(double, way, datatype="FP64")])
        )
        refused(wire.invalid, "unknown input 'x'", lambda: infer(model, [wire.input(rows, way, name="x")]))
        refused(wire.invalid, "features", lambda: infer(model, [wire.input(rows, way), wire.input(rows, way)]))
        refused(wire.invalid, "2", lambda: infer(model, [wire.input(rows, way, shape=(2, 3))]))
        refused(
            wire.invalid,
            "unknown output 'x'",
            lambda: infer(model, [wire.input(rows, way)], outputs=[wire.output("x", way)]),
        )
        many = np.ones((1001, 3), dtype=np.float32)
        refused(wire.invalid, "1000 rows", lambda: infer(model, [wire.input(many, way)]))


def check_repository(wire, model):
    rows = np.ones((1, 3), dtype=np.float32)
    check(model in [entry["name"] for entry in wire.index(True)], f"{model} is not in the index of ready models")
    wire.client.unload_model(model)
    check(not wire.client.is_model_ready(model), f"{model} is ready although unloaded")
    check(model not in [entry["name"] for entry in wire.index(True)], f"{model} is still in the index")
    entry = [entry for entry in wire.index(False) if entry["name"] == model][0]
    check(entry["state"] == "UNAVAILABLE" and "unloaded" in entry["reason"], f"{entry}")
    refused(wire.unready, "unloaded", lambda: wire.client.infer(model, [wire.input(rows)]))
    refused(wire.unready, "unloaded", lambda: wire.client.infer(model, [wire.input(rows)], model_version="1"))
    wire.client.load_model(model)
    check(wire.client.is_model_ready(model), f"{model} is not ready although loaded")
    wire.client.load_model(model)
    check_numbers(wire.client.infer(model, [wire.input(rows)]), rows, HEADS)
    refused(wire.absent, "no model 'nobody'", lambda: wire.client.load_model("nobody"))
    refused(wire.absent, "no model 'nobody'", lambda: wire.client.unload_model("nobody"))


def main(arguments):
    address, model, version, older, empty, unloadable = arguments
    answers = []
    for wire in (Http(address), Grpc(address)):
        before = checked
        check_metadata(wire, model, version, older, empty)
        answers += check_inference(wire, model, version, older)
        check_refusals(wire, model, empty)
        check_repository(wire, unloadable)
        print(f"{wire.name}: {checked - before} checks")
    check_typed(address, model)
    for count, way, numbers in answers:
        first = [other for rows, _, other in answers if rows == count][0]
        check(np.array_equal(numbers, first), f"{count} rows by {way} have other bits")
    print(
        f"ok: {checked} checks, {len(answers)} ways to the same bits, largest difference to numpy {largest:.2g},"
        f" tritonclient {importlib.metadata.version('tritonclient')}"
    )


def check_typed(address, model):
    """tritonclient sends raw contents only: typed ones go over its generated stub."""
    service = over_grpc.service_pb2
    client = over_grpc.InferenceServerClient(address)
    request = service.ModelInferRequest(model_name=model, id="typed")
    tensor = request.inputs.add(name="features", datatype="FP32", shape=[2, 3])
    tensor.contents.fp32_contents.extend([1, 2, 3, 4, 5, 6])
    answer = client._client_stub.ModelInfer(request)
    rows = np.array([[1, 2, 3], [4, 5, 6]], dtype=np.float32)
    check(answer.id == "typed" and not answer.raw_output_contents, "typed contents are not answered typed")
    for output in answer.outputs:
        numbers = np.array(output.contents.fp32_contents)[:, np.newaxis]
        check(np.abs(numbers - expected(rows, output.name)).max() <= TOLERANCE, f"typed {output.name}")


if __name__ == "__main__":
    main(sys.argv[1:])
