"""What a recognizer is: few methods, so that one can be exchanged for another or for a fake."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ocr_extract.geometry import Grey
from ocr_extract.records import Damage, Reading
from ocr_extract.text import Word

ReportDamage = Callable[[Damage], None]
"""Is told of what is wrong with a document while it is read."""


class RecognizerTrouble(Exception):
    """A recognizer crashed, hung or printed garbage; `kind` is the damage it becomes."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Availability:
    """Whether a recognizer can work here; if not, why, and the command that helps."""

    name: str
    present: bool
    version: str = ""
    advice: str = ""


class Recognizer(Protocol):
    """Reads crops of one line each."""

    def available(self) -> Availability:
        """Whether it can work here."""
        ...

    def read(self, crops: Sequence[Grey]) -> tuple[Reading, ...]:
        """One reading per crop, in order; raises RecognizerTrouble."""
        ...


class PageRecognizer(Recognizer, Protocol):
    """A recognizer that also finds all words of a page."""

    def words(self, pages: Sequence[Grey], dpi: float) -> tuple[tuple[Word, ...], ...]:
        """Words of each page, in points; raises RecognizerTrouble."""
        ...


class HandwritingRecognizer(Protocol):
    """Reads handwriting: of each crop readings without a vocabulary, then one of dates only."""

    def readings(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, ...], ...]:
        """Readings of each crop, the dates last; raises RecognizerTrouble or MissingTool."""
        ...

    def free(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, ...], ...]:
        """Only the reading without a vocabulary that knows every letter, in half the time."""
        ...


@dataclass(frozen=True)
class Engines:
    """The recognizers of one document: of pages and type, and of handwriting; and who is told
    what they could not read.
    """

    pages: PageRecognizer
    handwriting: HandwritingRecognizer
    report: ReportDamage
