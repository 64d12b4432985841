"""The time limit for reading a document. After the limit no further page is begun, and the pages
read so far are used.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from ocr_extract.geometry import Raster
from ocr_extract.settings import Settings
from ocr_extract.sources.source import Damaged

LOOKING = 0.7
"""Share (0..1) of a document's time (`document_timeout`, `document_seconds`) in which pages may
be begun (chosen). The rest is for the page that was begun last, and for the decision."""
OVER = "Looking at it took too long: its other pages were not looked at."


class TimeLimit:
    """A time limit that starts when it is made. It counts elapsed seconds and processor seconds of
    this process.
    """

    def __init__(self, settings: Settings) -> None:
        self._until = time.monotonic() + LOOKING * settings.document_timeout
        self._until_used = time.process_time() + LOOKING * settings.document_seconds

    @property
    def is_over(self) -> bool:
        """Whether the time for new pages is over."""
        return time.monotonic() > self._until or time.process_time() > self._until_used

    def check(self) -> None:
        """Raises Damaged (timeout) when the time for new pages is over."""
        if self.is_over:
            raise Damaged("read", "timeout", OVER)

    def bounded(self, render: Callable[[int, int], Raster]) -> Callable[[int, int], Raster]:
        """A renderer that begins no page after the limit. It then raises Damaged (timeout)."""

        def render_in_time(page: int, dpi: int) -> Raster:
            self.check()
            return render(page, dpi)

        return render_in_time
