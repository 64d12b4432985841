"""What a reader is: two methods, so that one can be swapped for another or for a fake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ocr_extract.geometry import Grey
from ocr_extract.records import Reading


class RecognizerTrouble(Exception):
    """A reader crashed, hung or printed garbage; `kind` is the damage it becomes."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Availability:
    """Whether a reader can work here; if not, why, and the command that helps."""

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
        """One reading per crop, in order; raises ReaderTrouble."""
        ...
