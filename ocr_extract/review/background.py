"""Resolves the volume again in a thread, some seconds after people decided something."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Condition, Thread
from types import TracebackType

from ocr_extract.errors import OcrExtractError

QUIET_SECONDS = 3.0
"""Time without a decision after which the volume is resolved, in seconds (chosen)."""
LONGEST_WAIT = 30.0
"""Time after the first decision after which the volume is resolved in any case, in seconds
(chosen)."""
CLOSING_SECONDS = 60.0
"""Longest time that the end waits for a resolution that has begun, in seconds (chosen)."""


class Resolver:
    """Calls `resolve` in a thread after decisions. `trouble` says why the last call failed, "" when
    it did not; it is tried again. It is a context manager.
    """

    def __init__(
        self,
        resolve: Callable[[], object],
        quiet: float = QUIET_SECONDS,
        longest: float = LONGEST_WAIT,
    ) -> None:
        self._resolve, self._quiet, self._longest = resolve, quiet, longest
        self._changed = Condition()
        self._first: float | None = None
        self._last = 0.0
        self._closed = False
        self.trouble = ""
        self._thread = Thread(target=self._work, name="resolve", daemon=True)

    def __enter__(self) -> Resolver:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(CLOSING_SECONDS)

    def decided(self) -> None:
        """Something was decided, or taken back."""
        with self._changed:
            self._last = time.monotonic()
            self._first = self._first or self._last
            self._changed.notify()

    def _work(self) -> None:
        while self._waited():
            try:
                self._resolve()
            except OcrExtractError as error:
                self.trouble = str(error)
                self.decided()
            else:
                self.trouble = ""

    def _waited(self) -> bool:
        """Wait until it is time to resolve. False when it is closed."""
        with self._changed:
            while not self._closed:
                seconds = self._seconds_left()
                if seconds is not None and seconds <= 0:
                    self._first = None
                    return True
                self._changed.wait(seconds)
        return False

    def _seconds_left(self) -> float | None:
        """Seconds until the volume is to be resolved; None when nothing was decided."""
        if self._first is None:
            return None
        due = min(self._last + self._quiet, self._first + self._longest)
        return due - time.monotonic()
