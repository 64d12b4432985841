"""The observations of one document before any decision: plain values, no pixels.

Observations travel from a worker to the caller. A decision can be repeated from them when the
volume provides more evidence; no pixel is read again.
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
    """A label: its rectangle in points of the upright page, and its place on the page as it came.
    `inferred`: the label was not read.
    """

    rect: Rect
    place: Box | None
    inferred: bool


@dataclass(frozen=True)
class ObservedBlank:
    """The content of a blank in running text. The text is "" for an empty blank. `scores` are word
    scores, each 0..1. `located` is the similarity (0..1) of the phrases around it.
    """

    text: str
    scores: tuple[float, ...]
    located: float
    place: Box | None
    ink: bool = False
    """Whether the blank was filled in by hand, legibly or not."""


@dataclass(frozen=True)
class Observations:
    """Everything that was found in one document."""

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
    sealed_text: tuple[str, ...] = ()
    """Lines of the file's own text that the certificate shows there."""
    hidden: tuple[str, ...] = ()
    """Lines of text in the signing block that do not show. They are weak evidence."""
    altered: tuple[str, ...] = ()
    """Numbers of the clauses that are altered."""
    has_ink: bool = False
    """Whether there were pixels, so that "no ink" is a fact and not a guess."""
    seconds: float = 0.0
    """Seconds that the extraction took."""
