"""Prints Reference.java: data and what scikit-learn and scipy say about them.

Made with numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1 (python 3.11):
    python src/test/python/model_reference.py > src/test/java/io/auspex/model/Reference.java
"""
import numpy as np
import scipy
import sklearn
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import spearmanr, ttest_1samp
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, log_loss, mean_squared_error, roc_auc_score

random = np.random.default_rng(2026)
ROWS, SYMBOLS = 60, 4
# Two digits, so that there are ties.
probability = np.clip(np.round(random.beta(1.5, 4, ROWS), 2), 0.01, 0.99)
positive = random.random(ROWS) < probability
predicted = np.round(random.normal(0, 0.002, ROWS), 3)
actual = np.round(0.5 * predicted + random.normal(0, 0.004, ROWS), 3)
closes = np.repeat(np.arange(ROWS // SYMBOLS), SYMBOLS)

true_share, forecast = calibration_curve(positive, probability, n_bins=10, strategy="quantile")
edges = np.percentile(probability, np.linspace(0, 100, 11))
mass = np.bincount(np.searchsorted(edges[1:-1], probability), minlength=10)
mass = mass[mass > 0]
calibration_error = np.sum(mass * np.abs(true_share - forecast)) / ROWS

by_close = [spearmanr(predicted[closes == c], actual[closes == c]).statistic for c in range(ROWS // SYMBOLS)]
rank_ic = np.nanmean(by_close)


def platt(scores, outcomes):
    """Platt's smoothed likelihood, minimised by scipy."""
    n_positive = outcomes.sum()
    high = (n_positive + 1) / (n_positive + 2)
    low = 1 / (len(outcomes) - n_positive + 2)
    targets = np.where(outcomes, high, low)

    def loss(ab):
        z = ab[0] * scores + ab[1]
        return np.sum(np.logaddexp(0, z) - targets * z)

    def gradient(ab):
        error = expit(ab[0] * scores + ab[1]) - targets
        return np.array([np.sum(error * scores), np.sum(error)])

    return minimize(loss, [0.0, 0.0], jac=gradient, method="BFGS", options={"gtol": 1e-10}).x


scores = np.round(random.normal(-1, 2, ROWS), 2)
outcomes = random.random(ROWS) < expit(0.7 * scores - 0.4)
slope, intercept = platt(scores, outcomes)

gains = np.round(random.normal(0.02, 0.1, 240), 3)
blocks = gains.reshape(20, 12).mean(axis=1)
test = ttest_1samp(blocks, 0, alternative="greater")


def java(name, kind, values, form):
    body = ", ".join(form(v) for v in values)
    print(f"    static final {kind}[] {name} = {{{body}}};")


def number(name, value):
    print(f"    static final double {name} = {value!r};".replace("np.float64(", "").replace(")", ""))


print("package io.auspex.model;\n")
print("/**")
print(f" * Made by {{@code src/test/python/model_reference.py}} with numpy {np.__version__}, scipy {scipy.__version__},")
print(f" * scikit-learn {sklearn.__version__}.")
print(" */")
print("final class Reference {\n")
java("PROBABILITIES", "double", probability, lambda v: f"{v:.2f}")
java("POSITIVES", "boolean", positive, lambda v: str(bool(v)).lower())
java("PREDICTED", "double", predicted, lambda v: f"{v:.3f}")
java("ACTUAL", "double", actual, lambda v: f"{v:.3f}")
java("CLOSES", "long", closes, lambda v: str(v))
number("LOG_LOSS", log_loss(positive, probability))
number("BRIER", brier_score_loss(positive, probability))
number("AUC", roc_auc_score(positive, probability))
number("CALIBRATION_ERROR", calibration_error)
java("BIN_ROWS", "int", mass, lambda v: str(v))
java("BIN_FORECAST", "double", forecast, lambda v: repr(float(v)))
java("BIN_SHARE", "double", true_share, lambda v: repr(float(v)))
number("RANK_IC", rank_ic)
number("SPEARMAN", spearmanr(predicted, actual).statistic)
number("MSE", mean_squared_error(actual, predicted))
java("SCORES", "double", scores, lambda v: f"{v:.2f}")
java("OUTCOMES", "boolean", outcomes, lambda v: str(bool(v)).lower())
number("SLOPE", slope)
number("INTERCEPT", intercept)
java("GAINS", "double", gains, lambda v: f"{v:.3f}")
number("MEAN_GAIN", blocks.mean())
number("T", test.statistic)
number("P_VALUE", test.pvalue)
print("\n    private Reference() {}\n}")
