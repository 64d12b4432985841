"""Fits a calibration on labelled dates: `ocr-extract calibrate`.

Isotonic regression (Zadrozny & Elkan 2002) of right or wrong on the confidence, by kind of
evidence. A few made-up dates on the diagonal keep few labels from shouting. Every third
date, by its name's hash, is kept from the fit, and gives the risk-coverage curve: not the
share that was wrong among them, but the highest that 95 in 100 such draws would not exceed
(Clopper & Pearson 1934, one-sided).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.stats import beta

from ocr_extract.calibration.evaluate import risk_coverage, stem_of
from ocr_extract.calibration.model import Calibration, Knots, Risk, calibration_kind
from ocr_extract.records import Record

PRIOR_POINTS, PRIOR_WEIGHT = 21, 1.0
"""Made-up dates on the diagonal, and how many labels each of them is worth."""
MIN = 30
"""Labels of a kind from which its map is fitted, and from which an error is told."""
SURE = 0.95
"""How sure it is that no more are wrong than a curve says."""
MAX_KNOTS = 24
MAX_POINTS = 100
STEP = 0.01
"""Steps nearer to the highest than this are it."""
KEPT = 3
"""One in so many labels is kept from the fit."""


@dataclass(frozen=True)
class Label:
    """A date that somebody has checked: by its name, its kind of evidence, the confidence
    before the map (0..1), and whether it was right.
    """

    name: str
    kind: str
    raw: float
    right: bool

    @property
    def kept(self) -> bool:
        """Whether it is kept from the fit; the same in every run."""
        digest = hashlib.sha256(self.name.encode()).digest()
        return digest[0] % KEPT == 0


def labels_of(records: Sequence[Record], truth: Mapping[str, str]) -> tuple[Label, ...]:
    """Every full date of results whose truth is known."""
    return tuple(
        Label(
            name=r.document.name,
            kind=calibration_kind(r.fields.date.written, r.fields.date.evidence),
            raw=r.fields.date.posterior,
            right=r.fields.date.value == truth[stem_of(r.document.name)],
        )
        for r in records
        if stem_of(r.document.name) in truth and r.fields.date.precision == "day"
    )


def fit(labels: Sequence[Label], provenance: str) -> Calibration:
    """Maps from the labels that are not kept, risk-coverage curves from those that are."""
    kinds = sorted({label.kind for label in labels})
    learned = {k: [x for x in labels if x.kind == k and not x.kept] for k in kinds}
    maps = {k: monotone(some) for k, some in learned.items() if len(some) >= MIN}
    mapped = Calibration(provenance=provenance, maps=maps)
    kept = [label for label in labels if label.kept]
    risk = {k: _curve([x for x in kept if x.kind == k], mapped) for k in maps}
    return mapped.model_copy(update={"risk": risk})


def _curve(kept: Sequence[Label], mapped: Calibration) -> tuple[Risk, ...]:
    """Upper bound of the error by threshold, where enough dates tell it. The share that was
    wrong is made to fall as the threshold rises: a lucky stretch of a few dates lets none
    below it in.
    """
    points = risk_coverage([(mapped.confidence(x.raw, x.kind), x.right) for x in kept])
    worst, curve = 0.0, []
    for point in (p for p in points if p.count >= MIN):
        worst = max(worst, point.error)
        error = upper_bound(worst * point.count, point.count)
        curve.append(
            Risk(threshold=round(point.threshold, 4), error=round(error, 5), count=point.count)
        )
    return tuple(curve[:: max(1, len(curve) // MAX_POINTS)])


def upper_bound(wrong: float, count: int) -> float:
    """The share of errors (0..1) that is not exceeded with 95 % confidence when `wrong` of
    `count` were so; 1 when all were.
    """
    return 1.0 if wrong >= count else float(beta.ppf(SURE, wrong + 1.0, count - wrong))


def monotone(labels: Sequence[Label]) -> Knots:
    """A rising map from the raw confidence to the share that is right."""
    grid = np.linspace(0.0, 1.0, PRIOR_POINTS)
    raw = np.concatenate([[label.raw for label in labels], grid])
    right = np.concatenate([[float(label.right) for label in labels], grid])
    weight = np.concatenate([np.ones(len(labels)), np.full(len(grid), PRIOR_WEIGHT)])
    order = np.argsort(raw, kind="stable")
    fitted = np.asarray(isotonic_regression(right[order], weights=weight[order]).x)
    at = np.unique(np.quantile(raw, np.linspace(0.0, 1.0, MAX_KNOTS)).round(4))
    # Between its steps the map is drawn through the middle of each step.
    level = np.interp(at, *_middles(raw[order], fitted))
    # None is surer than the labels of the highest step can vouch for (rule of succession).
    vouching = int(np.count_nonzero(fitted >= fitted.max() - STEP))
    level = np.minimum(level, 1.0 - 1.0 / (2.0 + vouching))
    return tuple(
        (float(x), float(y)) for x, y in zip(at, np.maximum.accumulate(level).round(4), strict=True)
    )


def _middles(
    raw: np.ndarray[tuple[int], np.dtype[np.float64]],
    fitted: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> tuple[list[float], list[float]]:
    """The middle of each step of a staircase, and its height."""
    levels = np.unique(fitted)
    return [float(raw[fitted == level].mean()) for level in levels], [float(v) for v in levels]
