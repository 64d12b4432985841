"""How long a document is looked at: past that its pages are left, and what was found counts."""

from __future__ import annotations

import time
from collections.abc import Callable

from ocr_extract.geometry import Raster
from ocr_extract.settings import Settings
from ocr_extract.sources.source import Damaged

LOOKING = 0.7
"""Share of a document's time (`document_timeout`, `document_seconds`) in which pages are begun;
what is left is for the page that was begun last, and for judging."""
OVER = "Looking at it took too long: its other pages were not looked at."


class TimeLimit:
    """Begins when it is made. It counts seconds, and the processor's for this process."""

    def __init__(self, settings: Settings) -> None:
        self._until = time.monotonic() + LOOKING * settings.document_timeout
        self._until_used = time.process_time() + LOOKING * settings.document_seconds

    @property
    def is_over(self) -> bool:
        """Whether no page may be begun any more."""
        return time.monotonic() > self._until or time.process_time() > self._until_used

    def check(self) -> None:
        """Raises Damaged (timeout) when no page may be begun any more."""
        if self.is_over:
            raise Damaged("read", "timeout", OVER)

    def bounded(self, render: Callable[[int, int], Raster]) -> Callable[[int, int], Raster]:
        """A renderer that begins no page too late; raises Damaged (timeout) then."""

        def begun(page: int, dpi: int) -> Raster:
            self.check()
            return render(page, dpi)

        return begun
