"""Interfaces of the recognizers. They are small, so that a recognizer can be replaced by another
one, or by a fake in tests.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ocr_extract.geometry import Grey
from ocr_extract.records import Damage, Reading
from ocr_extract.text import Word

ReportDamage = Callable[[Damage], None]
"""Called with each damage of a document that is noticed while it is read."""


class RecognizerTrouble(Exception):
    """A recognizer crashed, took too long or gave invalid output.

    `kind` is the kind of damage that is recorded for it.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Availability:
    """Whether a recognizer can be used on this machine; if not, `advice` is what to do."""

    name: str
    present: bool
    version: str = ""
    advice: str = ""


class Recognizer(Protocol):
    """Reads crops of one line each."""

    def available(self) -> Availability:
        """Whether the recognizer can be used on this machine."""
        ...

    def read(self, crops: Sequence[Grey]) -> tuple[Reading, ...]:
        """One reading per crop, in the same order; raises RecognizerTrouble."""
        ...


class PageRecognizer(Recognizer, Protocol):
    """A recognizer that also finds all words of a page."""

    def words(self, pages: Sequence[Grey], dpi: float) -> tuple[tuple[Word, ...], ...]:
        """Words of each page, with places in points; raises RecognizerTrouble. `dpi` is the
        resolution of the pages in dots per inch.
        """
        ...


class HandwritingRecognizer(Protocol):
    """Reads handwriting: free readings of each crop, and one reading of dates only."""

    def readings(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, ...], ...]:
        """Readings of each crop, with the dates last; raises RecognizerTrouble or MissingTool."""
        ...

    def alternatives(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, Reading], ...]:
        """For each crop the dates that may stand there, by all networks together and by the best
        one alone, with a small weight; raises RecognizerTrouble or MissingTool.
        """
        ...

    def free(self, crops: Sequence[Grey]) -> tuple[tuple[Reading, ...], ...]:
        """For each crop only the free reading that knows all letters, in half the time; raises
        RecognizerTrouble or MissingTool.
        """
        ...


@dataclass(frozen=True)
class Engines:
    """The recognizers of one document."""

    pages: PageRecognizer
    """Reads pages and type."""
    handwriting: HandwritingRecognizer
    report: ReportDamage
    """Called with what the recognizers could not read."""
