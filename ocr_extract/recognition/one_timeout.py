"""A recognizer that is not called again for a document after it took too long."""

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
    """Passes calls on to a recognizer until one call takes too long, or all calls together take
    more than `seconds`. After that each call fails at once. So a document costs its time limit
    once, not once per call.
    """

    def __init__(self, recognizer: PageRecognizer, seconds: float = math.inf) -> None:
        self._recognizer, self._seconds_left = recognizer, seconds
        self._timeout: RecognizerTrouble | None = None

    def available(self) -> Availability:
        """Like the recognizer itself."""
        return self._recognizer.available()

    def read(self, crops: Sequence[Grey]) -> tuple[Reading, ...]:
        """Like the recognizer itself; raises RecognizerTrouble at once after a timeout."""
        return self._call(lambda: self._recognizer.read(crops))

    def words(self, pages: Sequence[Grey], dpi: float) -> tuple[tuple[Word, ...], ...]:
        """Like the recognizer itself; raises RecognizerTrouble at once after a timeout."""
        return self._call(lambda: self._recognizer.words(pages, dpi))

    def _call(self, function: Callable[[], T]) -> T:
        """Calls the function and counts its time."""
        if self._timeout is None and self._seconds_left <= 0:
            self._timeout = RecognizerTrouble("reader_timeout", "Reading took too long.")
        if self._timeout is not None:
            raise self._timeout
        started = time.monotonic()
        try:
            return function()
        except RecognizerTrouble as trouble:
            if trouble.kind == "reader_timeout":
                self._timeout = trouble
            raise
        finally:
            self._seconds_left -= time.monotonic() - started
