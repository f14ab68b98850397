"""Makes the model files of src/test/resources/models, each with rows and its own library's answers to them.

    python3 -m venv venv && venv/bin/pip install -r src/test/python/models-requirements.txt
    venv/bin/python src/test/python/make_models.py src/test/resources/models

Every folder has model.onnx as the library's exporter wrote it, manifest.json as a user would write it, and
expected.json: {"made_by": .., "rows": [50][F], "outputs": {head: [50]}}. Seeds are fixed.
"""

import json
import pathlib
import sys
from importlib.metadata import version

import catboost
import lightgbm
import numpy as np
import onnx
import pandas
import xgboost
from onnx import TensorProto, helper, numpy_helper
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as MlFloatTensorType
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, Int64TensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FEATURES = 8
ROWS = 50
NAMES = ["rsi_14@5m", "momentum_24@5m", "volatility_12@5m", "rsi_6@5m",
         "momentum_12@5m", "volatility_24@5m", "rsi_24@5m", "momentum_6@5m"]
OPSET = {"": 17, "ai.onnx.ml": 3}

random = np.random.default_rng(7)
x = random.normal(size=(400, FEATURES)).astype(np.float32)
signal = x[:, 0] + 0.5 * x[:, 1] * x[:, 2] + random.normal(scale=0.5, size=400)
binary = (signal > 0).astype(np.int64)
ternary = np.where(signal > 0.5, 1, np.where(signal < -0.5, -1, 0)).astype(np.int64)
returns = (0.01 * signal).astype(np.float32)
rows = random.normal(size=(ROWS, FEATURES)).astype(np.float32)
target = pathlib.Path(sys.argv[1])


def save(name, model, inputs, outputs, expected, library, given=rows):
    folder = target / name
    folder.mkdir(parents=True, exist_ok=True)
    content = model if isinstance(model, bytes) else model.SerializeToString()
    (folder / "model.onnx").write_bytes(content)
    manifest = {"inputs": inputs, "outputs": outputs}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    (folder / "expected.json").write_text(json.dumps({
        "made_by": library + " " + version(library),
        "rows": [[float(v) for v in row] for row in given],
        "outputs": {head: [float(v) for v in np.ravel(values)] for head, values in expected.items()},
    }) + "\n")
    print(f"{name}: {len(content)} bytes, inputs {[i['name'] for i in inputs]}")


def named(input_name):
    return [{"name": input_name, "features": NAMES}]


# scikit-learn: three classes, the sequence of maps that ZipMap makes.
logistic = LogisticRegression(max_iter=500).fit(x, ternary)
answers = logistic.predict_proba(rows)
save("sklearn-zipmap", to_onnx(logistic, x[:1], target_opset=OPSET), named("X"),
     {"p_up": {"output": "output_probability", "class_label": 1},
      "p_down": {"output": "output_probability", "class_label": -1}},
     {"p_up": answers[:, 2], "p_down": answers[:, 0]}, "scikit-learn")

# The same without ZipMap, with a float64 input; every class by its column.
save("sklearn-double", to_onnx(logistic, initial_types=[("input", DoubleTensorType([None, FEATURES]))],
                               options={id(logistic): {"zipmap": False}}, target_opset=OPSET),
     named("input"),
     {"p_up": {"output": "probabilities", "column": 2}, "p_down": {"output": "probabilities", "column": 0}},
     {"p_up": logistic.predict_proba(rows.astype(np.float64))[:, 2],
      "p_down": logistic.predict_proba(rows.astype(np.float64))[:, 0]}, "scikit-learn")

# String labels.
words = np.where(ternary > 0, "up", np.where(ternary < 0, "down", "flat"))
forest = RandomForestClassifier(n_estimators=10, max_depth=4, random_state=7).fit(x, words)
answers = forest.predict_proba(rows)
save("sklearn-forest", to_onnx(forest, initial_types=[("input", FloatTensorType([None, FEATURES]))],
                               target_opset=OPSET), named("input"),
     {"p_up": {"output": "output_probability", "class_label": "up"},
      "p_down": {"output": "output_probability", "class_label": "down"}},
     {"p_up": answers[:, 2], "p_down": answers[:, 0]}, "scikit-learn")

# A pipeline over columns: one input each, one of them int64, some scaled and some not.
frame = pandas.DataFrame({"momentum": x[:, 1], "rsi": x[:, 0], "hour": (x[:, 2] * 10).astype(np.int64)})
pipeline = make_pipeline(
    ColumnTransformer([("scaled", StandardScaler(), ["rsi", "momentum"]), ("kept", "passthrough", ["hour"])]),
    RandomForestRegressor(n_estimators=10, max_depth=4, random_state=7)).fit(frame, returns)
column_rows = rows[:, [1, 0, 2]].copy()
column_rows[:, 2] = np.trunc(column_rows[:, 2] * 10)
column_frame = pandas.DataFrame(
    {"momentum": column_rows[:, 0], "rsi": column_rows[:, 1], "hour": column_rows[:, 2].astype(np.int64)})
save("sklearn-columns",
     to_onnx(pipeline, initial_types=[("momentum", FloatTensorType([None, 1])), ("rsi", FloatTensorType([None, 1])),
                                      ("hour", Int64TensorType([None, 1]))], target_opset=OPSET),
     [{"name": "momentum", "features": ["momentum_24@5m"]}, {"name": "rsi", "features": ["rsi_14@5m"]},
      {"name": "hour", "features": ["volatility_12@5m"]}],
     {"expected_return": {"output": "variable"}},
     {"expected_return": pipeline.predict(column_frame)}, "scikit-learn", column_rows)

# LightGBM with ZipMap (its exporter's default) and without.
parameters = dict(n_estimators=20, num_leaves=7, verbose=-1, random_state=7, n_jobs=1)
boosted = lightgbm.LGBMClassifier(**parameters).fit(x, binary)
answers = boosted.predict_proba(rows)
for name, zipmap in (("lightgbm-zipmap", True), ("lightgbm", False)):
    save(name, convert_lightgbm(boosted, initial_types=[("input", MlFloatTensorType([None, FEATURES]))],
                                zipmap=zipmap, target_opset=15), named("input"),
         {"p_up": {"output": "probabilities", "class_label": 1},
          "p_down": {"output": "probabilities", "class_label": 0}},
         {"p_up": answers[:, 1], "p_down": answers[:, 0]}, "lightgbm")

regression = lightgbm.LGBMRegressor(**parameters).fit(x, returns)
save("lightgbm-regression",
     convert_lightgbm(regression, initial_types=[("input", MlFloatTensorType([None, FEATURES]))], target_opset=15),
     named("input"), {"expected_return": {"output": "variable"}},
     {"expected_return": regression.predict(rows)}, "lightgbm")

# XGBoost.
parameters = dict(n_estimators=20, max_depth=3, random_state=7, n_jobs=1)
boosted = xgboost.XGBClassifier(**parameters).fit(x, binary)
answers = boosted.predict_proba(rows)
save("xgboost", convert_xgboost(boosted, initial_types=[("input", MlFloatTensorType([None, FEATURES]))],
                                target_opset=15), named("input"),
     {"p_up": {"output": "probabilities", "column": 1}, "p_down": {"output": "probabilities", "column": 0}},
     {"p_up": answers[:, 1], "p_down": answers[:, 0]}, "xgboost")

regression = xgboost.XGBRegressor(**parameters).fit(x, returns)
save("xgboost-regression",
     convert_xgboost(regression, initial_types=[("input", MlFloatTensorType([None, FEATURES]))], target_opset=15),
     named("input"), {"expected_return": {"output": "variable"}},
     {"expected_return": regression.predict(rows)}, "xgboost")

# CatBoost writes its own file.
boosted = catboost.CatBoostClassifier(
    iterations=20, depth=3, random_seed=7, thread_count=1, verbose=False, allow_writing_files=False).fit(x, binary)
answers = boosted.predict_proba(rows)
exported = target / "catboost.onnx.part"
boosted.save_model(str(exported), format="onnx", export_parameters={"onnx_domain": "auspex.tests"})
save("catboost", exported.read_bytes(), named("features"),
     {"p_up": {"output": "probabilities", "class_label": 1}, "p_down": {"output": "probabilities", "class_label": 0}},
     {"p_up": answers[:, 1], "p_down": answers[:, 0]}, "catboost")
exported.unlink()

# What torch.onnx.export writes for a multi-layer perceptron (Gemm layers, one output a head), by hand: torch is large.
w1 = random.normal(scale=0.4, size=(16, FEATURES)).astype(np.float32)
b1 = random.normal(scale=0.1, size=16).astype(np.float32)
w2 = random.normal(scale=0.4, size=(16, 4)).astype(np.float32)
b2 = random.normal(scale=0.1, size=4).astype(np.float32)
graph = helper.make_graph(
    [helper.make_node("Gemm", ["x", "net.0.weight", "net.0.bias"], ["/net.0/out"], "/net.0/Gemm", transB=1),
     helper.make_node("Relu", ["/net.0/out"], ["/net.1/out"], "/net.1/Relu"),
     helper.make_node("MatMul", ["/net.1/out", "net.2.weight"], ["/net.2/out"], "/net.2/MatMul"),
     helper.make_node("Add", ["/net.2/out", "net.2.bias"], ["scores"], "/net.2/Add"),
     helper.make_node("Sigmoid", ["scores"], ["probabilities"], "/Sigmoid")],
    "main_graph",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", FEATURES])],
    [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", 4]),
     helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 4])],
    [numpy_helper.from_array(w1, "net.0.weight"), numpy_helper.from_array(b1, "net.0.bias"),
     numpy_helper.from_array(w2, "net.2.weight"), numpy_helper.from_array(b2, "net.2.bias")])
mlp = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="pytorch",
                        producer_version="2.5.0")
mlp.ir_version = 8
onnx.checker.check_model(mlp)
hidden = np.maximum(rows.astype(np.float64) @ w1.T.astype(np.float64) + b1, 0)
scores = hidden @ w2.astype(np.float64) + b2
probabilities = 1 / (1 + np.exp(-scores))
save("mlp", mlp, [{"name": "x", "opaque": FEATURES}],
     {"p_up": {"output": "probabilities", "column": 0}, "p_down": {"output": "probabilities", "column": 1},
      "expected_return": {"output": "scores", "column": 2}, "p_stop": {"output": "probabilities", "column": 3}},
     {"p_up": probabilities[:, 0], "p_down": probabilities[:, 1], "expected_return": scores[:, 2],
      "p_stop": probabilities[:, 3]}, "numpy")
