"""Checks a model file of Auspex with Python's onnx and onnxruntime.

    check_onnx.py MODEL                                  against the probe rows inside the file
    check_onnx.py MODEL parity_features.npy parity_expected.npy   against the files of a job folder

Fails (exit code 1) when the file is not valid ONNX, breaks the contract of inputs, outputs and
metadata, or when onnxruntime's numbers differ from the expected ones.
"""

import hashlib
import json
import sys

import numpy as np
import onnx
import onnxruntime

HEADS = ["p_up", "p_down", "expected_return", "p_stop"]
TOLERANCE = 1e-6
METADATA = [
    "auspex.model",
    "auspex.schema_names",
    "auspex.schema_hash",
    "auspex.market",
    "auspex.targets",
    "auspex.provenance",
    "auspex.report",
    "auspex.conformal",
]


def check(condition, message):
    if not condition:
        sys.exit(f"FAILED: {message}")


def shape(value):
    return [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]


def check_contract(model):
    onnx.checker.check_model(model, full_check=True)
    check(model.ir_version == 10, f"IR version is {model.ir_version}")
    opsets = {o.domain: o.version for o in model.opset_import}
    check(opsets == {"": 21, "ai.onnx.ml": 3}, f"operator sets are {opsets}")
    metadata = {p.key: p.value for p in model.metadata_props}
    missing = [key for key in METADATA if key not in metadata]
    check(not missing, f"metadata lacks {missing}")
    names = json.loads(metadata["auspex.schema_names"])
    digest = hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]
    check(digest == metadata["auspex.schema_hash"], f"schema hash is not {digest}")
    inputs = {i.name: shape(i) for i in model.graph.input}
    check(inputs == {"features": ["N", len(names)]}, f"inputs are {inputs}")
    outputs = [(o.name, shape(o)) for o in model.graph.output]
    check(outputs == [(head, ["N", 1]) for head in HEADS], f"outputs are {outputs}")
    return metadata


def probe(metadata):
    rows = json.loads(metadata["auspex.report"])["probe"]
    features = [[np.nan if v is None else v for v in row] for row in rows["features"]]
    expected = np.array([rows["outputs"][head] for head in HEADS], dtype=np.float64).T
    return np.array(features, dtype=np.float32), expected


def main(arguments):
    path = arguments[0]
    model = onnx.load(path)
    metadata = check_contract(model)
    if len(arguments) == 3:
        features, expected = np.load(arguments[1]), np.load(arguments[2])
    else:
        features, expected = probe(metadata)
    check(len(features) > 0, "there are no rows to compare")
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    actual = np.hstack(session.run(HEADS, {"features": features}))
    difference = np.abs(actual - expected)
    check(np.all(difference <= TOLERANCE), f"answers differ by {np.nanmax(difference)}")
    for column, head in enumerate(HEADS):
        if head != "expected_return":
            flipped = np.sum((actual[:, column] > 0.5) != (expected[:, column] > 0.5))
            check(flipped == 0, f"{flipped} classes of {head} flipped")
    print(
        f"ok: {path}: {len(features)} rows, largest difference {difference.max():.2g},"
        f" onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
