"""The linear SVMs and ridge regressors of R-CNN and SPPNet, fitted by scikit-learn.

Shapes: n examples, D features, K classes. As in R-CNN's published code, features are scaled to a
mean norm of 20 before fitting, so that C and lambda mean the same for every network; the scale is
folded into the weights that are returned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import Ridge
from sklearn.svm import LinearSVC
from tqdm import tqdm

Floats = NDArray[np.float32]
Linear = tuple[Floats, Floats]  # weights (outputs, D) and biases (outputs,)

MEAN_NORM = 20.0
# R-CNN's published code has 0.001, with a plain hinge. The fc7 of a compact network that was tuned
# for minutes is nearly alike for all regions, so that margins of 1 take longer weights; with 0.001
# hardly any object then comes above 0. Of one tuned for 2,200 steps, all 500 photos of val say:
# hinge, 0.001: AP 19.2, 34% of objects above 0; squared, 0.05: AP 18.7, 45%, with more errors.
C = 0.01
FITTED = f"a squared hinge and C = {C:g}"  # for the card of a run
PUBLISHED = "a plain hinge and C = 0.001"
POSITIVE_WEIGHT = 2.0  # as in that code
BIAS = 10.0  # the constant feature that liblinear learns the bias on
LAMBDA = 1000.0  # R-CNN, appendix C
HARD = -1.0  # a negative of a larger margin is wrong or inside the margin
MOST = 2000  # examples of a class that its box regressor is fitted on
NEVER = -10.0  # bias of a class without examples


@dataclass(frozen=True, eq=False)
class Mining:
    """Hard negative mining. first: negatives drawn at random; most: hard ones added a round;
    rounds: passes over the negatives (R-CNN, section 2.3: one usually is enough)."""

    first: int = 4000
    most: int = 8000
    rounds: int = 2


MINING = Mining()


def fit_svms(
    positives: Floats, labels: NDArray[np.int64], pool: Floats, negative: NDArray[np.bool_],
    mining: Mining = MINING, seed: int = 0,
) -> Linear:  # fmt: skip
    """One linear SVM per class against all others.

    positives (p, D) with labels (p,): the ground-truth boxes. pool (n, D): regions, and negative
    (n, K): whether each may serve as a negative of each class.
    """
    classes = negative.shape[1]
    scale = scale_of(positives)
    weights, biases = blank(classes, positives.shape[1])
    random = np.random.default_rng(seed)
    for label in tqdm(range(classes), desc="SVMs", mininterval=10):
        own = positives[labels == label]
        rows = np.flatnonzero(negative[:, label])
        if not len(own) or not len(rows):
            continue
        used = random.permutation(rows)[: mining.first]
        for round_ in range(mining.rounds + 1):
            weights[label], biases[label] = fit_one(own, pool[used], scale, seed)
            if round_ == mining.rounds:
                break
            margin = pool[rows] @ weights[label] + biases[label]
            # Inside the margin or wrong: these are what the SVM has to learn about next.
            hard = rows[np.argsort(-margin)[: mining.most]]
            hard = hard[pool[hard] @ weights[label] + biases[label] > HARD]
            more = np.union1d(used, hard)
            if len(more) == len(used):
                break
            used = more
    return weights, biases


def scale_of(features: Floats) -> float:
    """What brings features (n, D) to a mean norm of 20."""
    return MEAN_NORM / max(1e-6, float(np.linalg.norm(features, axis=1).mean()))


def blank(classes: int, width: int) -> Linear:
    """SVMs that find nothing: what a class without examples keeps."""
    return np.zeros((classes, width), np.float32), np.full(classes, NEVER, np.float32)


def fit_one(own: Floats, others: Floats, scale: float, seed: int = 0) -> tuple[Floats, float]:
    """One class's SVM: its positives (p, D) against negatives (q, D), times `scale`.

    Returns weights (D,) and bias for features without the scale.
    """
    svm = LinearSVC(
        C=C, loss="squared_hinge", dual=False, intercept_scaling=BIAS, tol=1e-3,
        random_state=seed, class_weight={1: POSITIVE_WEIGHT, 0: 1.0},
    )  # fmt: skip
    svm.fit(
        np.concatenate([own, others]).astype(np.float32) * scale,
        np.concatenate([np.ones(len(own)), np.zeros(len(others))]),
    )
    weights: Floats = (svm.coef_[0] * scale).astype(np.float32)
    return weights, float(svm.intercept_[0])


def fit_ridge(
    features: Floats | NDArray[np.float16], labels: NDArray[np.int64], targets: Floats,
    classes: int, most: int = MOST, seed: int = 0,
) -> Linear:  # fmt: skip
    """Class-specific box regression: t_x, t_y, t_w, t_h of each class from pooled features.

    features (n, D) of regions near a ground-truth box, labels (n,) its class, targets (n, 4).
    R-CNN, equation 5: ridge regression with lambda = 1000. Targets are divided by their standard
    deviation for the fit. Returns weights (4K, D) and biases (4K,), block 4c..4c+3 for class c.
    """
    weights = np.zeros((4 * classes, features.shape[1]), np.float32)
    biases = np.zeros(4 * classes, np.float32)
    if not len(features):
        return weights, biases
    sample = features[:: max(1, len(features) // 2000)].astype(np.float32)
    scale = scale_of(sample)
    spread = np.maximum(targets.std(0), 1e-3)
    random = np.random.default_rng(seed)
    for label in tqdm(range(classes), desc="box regression", mininterval=10):
        rows = random.permutation(np.flatnonzero(labels == label))[:most]
        if len(rows) < 2:
            continue
        ridge = Ridge(alpha=LAMBDA)
        ridge.fit(features[rows].astype(np.float32) * scale, targets[rows] / spread)
        block = slice(4 * label, 4 * label + 4)
        weights[block] = ridge.coef_ * scale * spread[:, None]
        biases[block] = ridge.intercept_ * spread
    return weights, biases
