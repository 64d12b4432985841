"""Fits the model of drawn signatures on forms that `gather` has read.

    python -m models.signature.fit EXAMPLES.pickle [--agreements FINDINGS.pickle]

The model is a logistic regression with a ridge. A fifth of the forms, by number, is held out and
only measured. A mark is a signature when it and the true place cover most of each other, and is
not one when they do not touch. Marks between these cases are not used. `--agreements` is a list
of observations of real agreements that are known to be signed by hand. The most likely mark of
each of them, by a fit without them, is one more signature.
"""

from __future__ import annotations

import argparse
import json
import pickle
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from models.signature.gather import Example
from ocr_extract.dates.priors import context_of
from ocr_extract.fields.features import ink_evidence, score_marks
from ocr_extract.fields.marks import Mark
from ocr_extract.fields.observations import Observations
from ocr_extract.geometry import Rect
from ocr_extract.settings import Settings
from ocr_extract.signatures.presence import MIN_SIGNATURE_SIZE
from synthetic.signed_forms import Place

RIDGE = 1.0
"""Strength of the ridge on standardized features (chosen)."""
HELD_OUT = 5
"""One of this many forms is held out (chosen)."""
REAL_WEIGHT = 3
"""Number of marks that one real signature counts for (chosen)."""
STORED = Path(__file__).parent / "weights.json"
Array = npt.NDArray[np.float64]
Row = tuple[dict[str, float], bool, int]
"""Features of a mark, whether it is a signature, and the number of its form."""


def rows(examples: list[Example]) -> list[Row]:
    """A row for every large mark of ink that clearly is a signature or clearly is not."""
    examined: list[Row] = []
    settings, context = Settings(year=2025), context_of(2025)
    for number, (observed, place, _) in enumerate(examples):
        labels = {name: label.rect for name, label in observed.labels.items()}
        if "signature" not in labels:
            continue
        author = observed.blanks.get("author")
        name = author.text if author else None
        marks = score_marks(observed.marks, labels, name, context, settings)
        for mark in marks:
            signed = is_signature(mark.mark.rect, place)
            if mark.mark.kind == "ink" and signed is not None and is_large(mark.mark):
                examined.append((ink_evidence(mark, marks, labels).features(), signed, number))
    return examined


def is_large(mark: Mark) -> bool:
    """Whether a mark has a signature's size."""
    return mark.width >= MIN_SIGNATURE_SIZE[0] and mark.height >= MIN_SIGNATURE_SIZE[1]


def is_signature(rect: Rect, place: Place | None) -> bool | None:
    """Whether a mark at `rect` is the signature at `place`; None when it is not clear."""
    if place is None:
        return False
    x = min(rect[2], place[2]) - max(rect[0], place[0])
    y = min(rect[3], place[3]) - max(rect[1], place[1])
    shared = max(0.0, x) * max(0.0, y)
    if not shared:
        return False
    share_of_mark = shared / ((rect[2] - rect[0]) * (rect[3] - rect[1]))
    share_of_place = shared / ((place[2] - place[0]) * (place[3] - place[1]))
    return True if share_of_mark > 0.55 and share_of_place > 0.55 else None


def signed_rows(
    agreements: list[Observations], weights: dict[str, float], bias: float
) -> list[Row]:
    """Rows for the most likely mark of each agreement that is known to be signed, REAL_WEIGHT times
    each.
    """
    signed: list[Row] = []
    for number, observed in enumerate(agreements):
        candidates = rows([(observed, None, "")])
        if candidates:
            best = max(candidates, key=lambda row: odds_of(row[0], weights, bias))
            signed += [(best[0], True, -1 - number)] * REAL_WEIGHT
    return signed


def odds_of(features: dict[str, float], weights: dict[str, float], bias: float) -> float:
    """Natural log-odds that a mark with these features is a signature."""
    return bias + sum(weights[name] * features[name] for name in weights)


def fit(
    learned: Sequence[Row], importance: Sequence[float] | None = None
) -> tuple[dict[str, float], float]:
    """The weight of each feature, and the bias, for features that are not standardized.
    `importance` is that of each row; all have 1 when it is not given.
    """
    names = sorted(learned[0][0])
    x = np.array([[features[n] for n in names] for features, _, _ in learned])
    y = np.array([1.0 if signed else -1.0 for _, signed, _ in learned])
    mean, scale = x.mean(axis=0), np.maximum(1e-6, x.std(axis=0))
    z = np.hstack([(x - mean) / scale, np.ones((len(x), 1))])
    share = np.ones(len(x)) if importance is None else np.array(importance)

    def loss(weights: Array) -> tuple[float, Array]:
        margin = y * (z @ weights)
        value = share @ np.logaddexp(0.0, -margin) + RIDGE / 2 * float(weights[:-1] @ weights[:-1])
        slope = -(share * y / (1.0 + np.exp(np.clip(margin, -500, 500)))) @ z
        return float(value), slope + RIDGE * np.append(weights[:-1], 0.0)

    solution = minimize(loss, np.zeros(z.shape[1]), jac=True, method="L-BFGS-B").x
    weights = solution[:-1] / scale
    return dict(zip(names, weights.round(4).tolist(), strict=True)), round(
        float(solution[-1] - weights @ mean), 4
    )


def report(some: list[Row], weights: dict[str, float], bias: float) -> str:
    """A table in lines, for the best mark of each form: how many unsigned and how many signed forms
    lie above each level of log-odds.
    """
    best: dict[int, tuple[float, bool]] = {}
    signed_forms = {number for _, signed, number in some if signed}
    for features, signed, number in some:
        odds = odds_of(features, weights, bias)
        counts = signed or number not in signed_forms
        if counts:
            best[number] = max(best.get(number, (-99.0, False)), (odds, signed))
    levels = (-2, -1, 0, 1, 2, 3)
    unsigned = [odds for number, (odds, _) in best.items() if number not in signed_forms]
    signed_odds = [odds for number, (odds, _) in best.items() if number in signed_forms]
    return "\n".join(
        f"  above {level:+d}: {sum(o > level for o in unsigned)} of {len(unsigned)} unsigned, "
        f"{sum(o > level for o in signed_odds)} of {len(signed_odds)} signed"
        for level in levels
    )


def main() -> None:
    """Fit, print figures, and store the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples", type=Path)
    parser.add_argument("--agreements", type=Path)
    chosen = parser.parse_args()
    examined = rows(pickle.loads(chosen.examples.read_bytes()))  # noqa: S301  our own file
    training = [row for row in examined if row[2] % HELD_OUT]
    held_out = [row for row in examined if not row[2] % HELD_OUT]
    weights, bias = fit(training)
    if chosen.agreements:
        agreements = pickle.loads(chosen.agreements.read_bytes())  # noqa: S301  our own file
        real = signed_rows(agreements, weights, bias)
        weights, bias = fit([*training, *real])
        odds = sorted(round(odds_of(f, weights, bias), 1) for f, _, _ in real[::REAL_WEIGHT])
        print(f"{len(agreements)} agreements, log-odds of their signatures: {odds}")
    print(f"{len(training)} marks learned from\n" + report(training, weights, bias))
    print(f"{len(held_out)} marks held out\n" + report(held_out, weights, bias))
    STORED.write_text(json.dumps({"bias": bias, "weights": weights}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
