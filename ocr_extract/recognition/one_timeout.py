"""A recognizer that is not asked again about a document once it took too long."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from ocr_extract.geometry import Grey
from ocr_extract.recognition.base import Availability, PageRecognizer, RecognizerTrouble
from ocr_extract.records import Reading
from ocr_extract.text import Word

T = TypeVar("T")


class OneTimeout:
    """Passes calls on until one of them, or all together (`seconds`), took too long: then each
    call fails at once. So a document costs its time limit once, not once a call.
    """

    def __init__(self, reader: PageRecognizer, seconds: float = math.inf) -> None:
        self._reader, self._left = reader, seconds
        self._late: RecognizerTrouble | None = None

    def available(self) -> Availability:
        """As the reader itself."""
        return self._reader.available()

    def read(self, crops: Sequence[Grey]) -> tuple[Reading, ...]:
        """As the reader itself; raises ReaderTrouble at once after a time-out."""
        return self._asked(lambda: self._reader.read(crops))

    def words(self, pages: Sequence[Grey], dpi: float) -> tuple[tuple[Word, ...], ...]:
        """As the reader itself; raises ReaderTrouble at once after a time-out."""
        return self._asked(lambda: self._reader.words(pages, dpi))

    def _asked(self, question: Callable[[], T]) -> T:
        if self._late is None and self._left <= 0:
            self._late = RecognizerTrouble("reader_timeout", "Reading took too long.")
        if self._late is not None:
            raise self._late
        started = time.monotonic()
        try:
            return question()
        except RecognizerTrouble as trouble:
            if trouble.kind == "reader_timeout":
                self._late = trouble
            raise
        finally:
            self._left -= time.monotonic() - started
