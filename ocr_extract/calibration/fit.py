"""Fits a calibration on labelled dates: `ocr-extract calibrate`.

Each kind of evidence has its own map: an isotonic regression (Zadrozny & Elkan 2002) of right or
wrong on the confidence. A few made-up labels on the diagonal limit the effect of a small number
of real labels. Every third date, chosen by the hash of its name, is held out from the fit. The
held-out dates give the risk-coverage curve. Its error is not the share of wrong dates among
them, but the upper 95 % confidence bound of that share (Clopper & Pearson 1934, one-sided).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.stats import beta

from ocr_extract.calibration.evaluate import is_decided, risk_coverage, stem_of
from ocr_extract.calibration.model import Calibration, Knots, Risk, calibration_kind
from ocr_extract.records import Record

PRIOR_POINTS, PRIOR_WEIGHT = 21, 1.0
"""Number of made-up labels on the diagonal, and the weight of each in real labels (chosen)."""
MIN = 30
"""Smallest number of labels of a kind for a map, and of held-out labels for an error (chosen)."""
BOUND_CONFIDENCE = 0.95
"""Confidence (0..1) that the true error does not exceed the error of a curve (chosen)."""
MAX_KNOTS = 24
"""Largest number of knots of a map (chosen)."""
MAX_POINTS = 100
"""Number of points to which a risk-coverage curve is thinned out, roughly (chosen)."""
SAME_STEP = 0.01
"""Distance (share 0..1) from the highest step below which a step counts as the highest too
(chosen)."""
HELD_OUT_DIVISOR = 3
"""One of this many labels is held out from the fit (chosen)."""


@dataclass(frozen=True)
class Label:
    """A checked date: the document's name, the kind of evidence, the posterior before the map
    (`raw`, 0..1), and whether the date was right.
    """

    name: str
    kind: str
    raw: float
    right: bool

    @property
    def held_out(self) -> bool:
        """Whether the label is held out from the fit; the same in every run."""
        digest = hashlib.sha256(self.name.encode()).digest()
        return digest[0] % HELD_OUT_DIVISOR == 0


def labels_of(records: Iterable[Record], truth: Mapping[str, str]) -> tuple[Label, ...]:
    """A label for every full date of the program whose true date is known; `truth` holds ISO dates
    by file stem. A date that a person set is no label: it says nothing of the program.
    """
    return tuple(
        label_of(record, truth[stem_of(record.document.name)])
        for record in records
        if stem_of(record.document.name) in truth and is_label(record)
    )


def is_label(record: Record) -> bool:
    """Whether the date of a record can be a label: it is a full date, and the program's own."""
    return record.fields.date.precision == "day" and not is_decided(record)


def label_of(record: Record, day: str) -> Label:
    """The label of a record whose true date is `day` (ISO, "" for none)."""
    date = record.fields.date
    kind = calibration_kind(date.written, date.evidence)
    return Label(record.document.name, kind, date.posterior, date.value == day)


def fit(labels: Sequence[Label], provenance: str) -> Calibration:
    """Fits the maps on two thirds of the labels and the risk-coverage curves on the held-out third.
    A kind with fewer than MIN labels for its map gets neither.
    """
    kinds = sorted({label.kind for label in labels})
    training = {k: [x for x in labels if x.kind == k and not x.held_out] for k in kinds}
    maps = {k: monotone(some) for k, some in training.items() if len(some) >= MIN}
    mapped = Calibration(provenance=provenance, maps=maps)
    held_out = [label for label in labels if label.held_out]
    risk = {k: _curve([x for x in held_out if x.kind == k], mapped) for k in maps}
    return mapped.model_copy(update={"risk": risk})


def _curve(held_out: Sequence[Label], mapped: Calibration) -> tuple[Risk, ...]:
    """Upper bound of the error for each threshold with at least MIN dates. The share of wrong dates
    is not allowed to fall as the threshold falls. Otherwise some right dates by chance would
    lower the error of the dates below them.
    """
    points = risk_coverage([(mapped.confidence(x.raw, x.kind), x.right) for x in held_out])
    worst, curve = 0.0, []
    for point in (p for p in points if p.count >= MIN):
        worst = max(worst, point.error)
        error = upper_bound(worst * point.count, point.count)
        curve.append(
            Risk(threshold=round(point.threshold, 4), error=round(error, 5), count=point.count)
        )
    return tuple(curve[:: max(1, len(curve) // MAX_POINTS)])


def upper_bound(wrong: float, count: int) -> float:
    """The share of errors (0..1) that is not exceeded with 95 % confidence when `wrong` of `count`
    dates are wrong; 1 when all are wrong.
    """
    return 1.0 if wrong >= count else float(beta.ppf(BOUND_CONFIDENCE, wrong + 1.0, count - wrong))


def monotone(labels: Sequence[Label]) -> Knots:
    """A map that never falls, from the raw posterior to the share of right dates (both 0..1)."""
    grid = np.linspace(0.0, 1.0, PRIOR_POINTS)
    raw = np.concatenate([[label.raw for label in labels], grid])
    right = np.concatenate([[float(label.right) for label in labels], grid])
    weight = np.concatenate([np.ones(len(labels)), np.full(len(grid), PRIOR_WEIGHT)])
    order = np.argsort(raw, kind="stable")
    fitted = np.asarray(isotonic_regression(right[order], weights=weight[order]).x)
    at = np.unique(np.quantile(raw, np.linspace(0.0, 1.0, MAX_KNOTS)).round(4))
    # The regression is a staircase. The map joins the middles of its steps by straight lines.
    level = np.interp(at, *_middles(raw[order], fitted))
    # No confidence exceeds what the labels of the highest step support (rule of succession).
    supporting = int(np.count_nonzero(fitted >= fitted.max() - SAME_STEP))
    level = np.minimum(level, 1.0 - 1.0 / (2.0 + supporting))
    return tuple(
        (float(x), float(y)) for x, y in zip(at, np.maximum.accumulate(level).round(4), strict=True)
    )


def _middles(
    raw: np.ndarray[tuple[int], np.dtype[np.float64]],
    fitted: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> tuple[list[float], list[float]]:
    """The middle (raw posterior) and the height (share right) of each step of a staircase."""
    levels = np.unique(fitted)
    return [float(raw[fitted == level].mean()) for level in levels], [float(v) for v in levels]
