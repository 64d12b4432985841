"""Maps raw posteriors to confidences, and finds the threshold for a wanted error.

Each kind of evidence (born-digital text, recognized type, handwriting) has a monotone map and a
risk-coverage curve. The curve comes from dates that the map was not fitted on. Both are data in
a JSON file. models/calibration/CARD.md says what the shipped file was learned from;
`ocr-extract calibrate` makes another one.
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
"""Lowest threshold (confidence 0..1) that a calibration may give: a date that is wrong with
probability 0.1 or more is not accepted (chosen)."""
BORN_DIGITAL = "born_digital"
CERTIFICATE = "certificate"
FORMER_NAMES = {"told": BORN_DIGITAL}
"""Names of kinds in calibration files of earlier versions, with the present name."""
NEVER = 1.01
"""Threshold that no confidence reaches, above 1 (chosen). It means that no threshold of the curve
keeps the wanted error."""
Knots = tuple[tuple[float, float], ...]
"""Points of a map: raw posterior and share of right dates, both 0..1 and never falling."""


class Risk(BaseModel):
    """One point of a risk-coverage curve: `count` labelled dates have a confidence of `threshold`
    or more; `error` (0..1) bounds the share of them that is wrong.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: float
    error: float
    count: int


class Calibration(BaseModel):
    """Maps and risk-coverage curves by kind of evidence. `provenance` says where they come
    from.
    """

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

    @field_validator("maps")
    @classmethod
    def _rising_within_bounds(cls, maps: dict[str, Knots]) -> dict[str, Knots]:
        for knots in maps.values():
            for values in zip(*knots, strict=True):
                if list(values) != sorted(values) or not 0.0 <= values[0] <= values[-1] <= 1.0:
                    raise ValueError("a map falls, or leaves 0..1")
        return maps

    def confidence(self, raw: float, kind: str) -> float:
        """The confidence (0..1) of a date of that kind with that raw posterior (0..1): the share of
        such dates that is right. The posterior itself for a kind without a map.
        """
        knots = self.maps.get(kind)
        if not knots:
            return raw
        xs, ys = zip(*knots, strict=True)
        return float(np.interp(raw, xs, ys))

    def threshold(self, target_error: float, kind: str) -> float:
        """The lowest confidence at which the share of wrong dates of that kind is at most
        `target_error` (0..1); never below MIN_CONFIDENCE. Each kind has its own threshold, so that
        the many right typed dates do not hide wrong handwritten ones. NEVER when no point of the
        curve keeps the error. A certificate's time is stated, not read: its probability needs no
        curve.
        """
        if kind == CERTIFICATE:
            return max(MIN_CONFIDENCE, 1.0 - target_error)
        curve = self.risk.get(kind, ())
        lowest = min((p.threshold for p in curve if p.error <= target_error), default=NEVER)
        return max(MIN_CONFIDENCE, lowest)


def calibration_kind(written: Written, evidence: Sequence[Evidence]) -> str:
    """The kind of evidence whose map calibrates a date: "born_digital" for the file's own text,
    "certificate" for a certificate's time, "typed" or "hand" for recognized text.
    """
    if any(item.kind == "certificate" for item in evidence):
        return CERTIFICATE
    if any(item.kind in ("pdf_text", "text") for item in evidence):
        return BORN_DIGITAL
    return "hand" if written == "hand" else "typed"


def calibration_of(settings: Settings) -> Calibration:
    """The calibration that the settings name, else the shipped one. Raises BadSettings when the
    file cannot be read or is not a calibration.
    """
    return load_calibration(settings.calibration or model_file("calibration", "dates.json"))


def accept_at(settings: Settings, kind: str) -> float:
    """Confidence (0..1, or NEVER) from which a date of that kind is accepted: the setting
    `accept_at`, else the threshold for `target_error`. Raises BadSettings as `calibration_of`.
    """
    if settings.accept_at is not None:
        return settings.accept_at
    return calibration_of(settings).threshold(settings.target_error, kind)


@lru_cache(maxsize=8)
def load_calibration(path: Path) -> Calibration:
    """Read a calibration file. Raises BadSettings when it cannot be read or is not one."""
    try:
        return Calibration.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        message = f"Cannot read the calibration {path}: {error.strerror}."
        raise BadSettings(message, ADVICE) from error
    except ValueError as error:  # not UTF-8, not a calibration, or an impossible path
        raise BadSettings(f"{path} is no calibration.", ADVICE) from error
