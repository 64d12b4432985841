"""What reading a document found, before any judgement: plain values, no pixels.

Findings travel from a worker to the caller, and can be judged again when the volume has
told more, without reading a pixel twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ocr_extract.fields.marks import Mark
from ocr_extract.forms.definition import FieldName
from ocr_extract.geometry import Rect
from ocr_extract.records import Box, Damage, Document, FormMatch
from ocr_extract.sources.certificates import Certificate


@dataclass(frozen=True)
class ObservedLabel:
    """A label: its rectangle in points of the upright page, its place on the page."""

    rect: Rect
    place: Box | None
    inferred: bool


@dataclass(frozen=True)
class ObservedBlank:
    """What stands in a blank of running text; "" is a blank that was found empty."""

    text: str
    scores: tuple[float, ...]
    located: float
    place: Box | None
    ink: bool = False
    """Whether it was filled in by hand, legibly or not."""


@dataclass(frozen=True)
class Observations:
    """Everything found in one document."""

    document: Document
    form: FormMatch | None = None
    blanks: dict[FieldName, ObservedBlank] = field(default_factory=dict)
    labels: dict[FieldName, ObservedLabel] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    damage: tuple[Damage, ...] = ()
    notes: tuple[str, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    sealed: Box | None = None
    """Where the certificate shows on the signing page."""
    hidden: tuple[str, ...] = ()
    """Lines of text in the signing block that do not show: weak evidence."""
    altered: tuple[str, ...] = ()
    """Numbers of the clauses that are not as printed."""
    has_ink: bool = False
    """Whether there were pixels, so that "no ink" is known and not guessed."""
    seconds: float = 0.0
