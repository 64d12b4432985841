"""Raw posteriors to confidences, and the threshold that keeps an error: both measured.

A monotone map and a risk-coverage curve per kind of evidence (born-digital text, type,
handwriting); the curve is of dates that the map was not fitted on. Both are data, in a
JSON file: models/calibration/CARD.md says what the shipped one was learned from, and
`ocr-extract calibrate` makes another.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, field_validator

from ocr_extract.errors import BadSettings
from ocr_extract.model_files import model_file
from ocr_extract.records import Evidence, Written
from ocr_extract.settings import Settings

ADVICE = "Make one with `ocr-extract calibrate`, or leave `calibration` out."
MIN_CONFIDENCE = 0.9
BORN_DIGITAL = "born_digital"
FORMER_NAMES = {"told": BORN_DIGITAL}
"""What calibrations of earlier versions call a kind."""
NEVER = 1.01
"""A threshold that nothing reaches: no measured one keeps the error that is wanted."""
Knots = tuple[tuple[float, float], ...]
"""Raw posterior and the share that was right, both 0..1 and rising."""


class Risk(BaseModel):
    """Of the labelled dates at `threshold` or above, `error` are wrong, of `count`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: float
    error: float
    count: int


class Calibration(BaseModel):
    """Maps and risk-coverage curves by kind of evidence, and where both come from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    provenance: str
    maps: dict[str, Knots]
    risk: dict[str, tuple[Risk, ...]] = {}

    @field_validator("maps", "risk", mode="before")
    @classmethod
    def _with_present_names(cls, by_kind: object) -> object:
        if not isinstance(by_kind, dict):
            return by_kind
        return {FORMER_NAMES.get(kind, kind): value for kind, value in by_kind.items()}

    def confidence(self, raw: float, kind: str) -> float:
        """The share of dates of that kind with that raw posterior that are right."""
        knots = self.maps.get(kind)
        if not knots:
            return raw
        xs, ys = zip(*knots, strict=True)
        return float(np.interp(raw, xs, ys))

    def threshold(self, target_error: float, kind: str) -> float:
        """The lowest confidence from which no more than `target_error` of that kind are
        wrong: each kind by itself, so that sure type does not hide unsure handwriting; and
        none that is itself as unsure as one in ten. NEVER where none was measured.
        """
        curve = self.risk.get(kind, ())
        kept = min((p.threshold for p in curve if p.error <= target_error), default=NEVER)
        return max(MIN_CONFIDENCE, kept)


def calibration_kind(written: Written, evidence: Sequence[Evidence]) -> str:
    """Which map calibrates a date: "born_digital" for text of the file itself, "typed" or
    "hand" for what was recognized.
    """
    if any(one.kind in ("pdf_text", "text") for one in evidence):
        return BORN_DIGITAL
    return "hand" if written == "hand" else "typed"


def calibration_of(settings: Settings) -> Calibration:
    """The one that the settings name, else the shipped one; raises BadSettings."""
    return load_calibration(settings.calibration or model_file("calibration", "dates.json"))


def accept_at(settings: Settings, kind: str) -> float:
    """Confidence from which a date is accepted: as set, else from the wanted error."""
    if settings.accept_at is not None:
        return settings.accept_at
    return calibration_of(settings).threshold(settings.target_error, kind)


@lru_cache(maxsize=8)
def load_calibration(path: Path) -> Calibration:
    """Read a calibration; raises BadSettings where it is none."""
    try:
        return Calibration.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"Cannot read the calibration {path}: {error.strerror}."
        raise BadSettings(message, ADVICE) from error
    except ValueError as error:  # no UTF-8, no calibration, or no path at all
        raise BadSettings(f"{path} is no calibration.", ADVICE) from error
