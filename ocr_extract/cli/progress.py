"""Progress of a long run: a bar on a terminal, a plain line every 30 seconds in a log."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from ocr_extract.volume.run import Reporter
from ocr_extract.volume.task import ExtractedFile

SECONDS_BETWEEN_LINES = 30.0
"""Seconds between two progress lines in a log (chosen)."""
Clock = Callable[[], float]
"""Returns the time in seconds; only differences between two calls are used."""


@dataclass
class Silent:
    """Prints no progress."""

    def begin(self, total: int) -> None:
        """Do nothing."""

    def __call__(self, path: Path, extracted: ExtractedFile) -> None:
        """Do nothing."""


@dataclass
class Tally:
    """Counts of files: `total` to be read, `done` so far, `flagged` among those.

    `started` is the clock's time in seconds at the start.
    """

    clock: Clock = time.monotonic
    total: int = 0
    done: int = 0
    flagged: int = 0
    started: float = 0.0

    def begin(self, total: int) -> None:
        """Start; `total` is the number of files to be read."""
        self.total, self.started = total, self.clock()

    def add(self, extracted: ExtractedFile) -> None:
        """Count one file that was read."""
        self.done += 1
        self.flagged += extracted.flagged

    @property
    def rate(self) -> float:
        """Files read per second."""
        return self.done / max(1e-9, self.clock() - self.started)

    @property
    def left(self) -> float:
        """Estimated seconds until all files are read; 0 before the first one."""
        return (self.total - self.done) / self.rate if self.done else 0.0


@dataclass
class Lines:
    """Prints a plain line every 30 seconds, so a short run prints none."""

    tally: Tally = field(default_factory=Tally)
    last: float = 0.0

    def begin(self, total: int) -> None:
        """Start; `total` is the number of files to be read."""
        self.tally.begin(total)
        self.last = self.tally.started

    def __call__(self, path: Path, extracted: ExtractedFile) -> None:  # noqa: ARG002
        """Count one file that was read."""
        self.tally.add(extracted)
        now = self.tally.clock()
        if now - self.last >= SECONDS_BETWEEN_LINES:
            self.last = now
            sys.stderr.write(line_of(self.tally) + "\n")


def line_of(tally: Tally) -> str:
    """One line: files read, files per second, minutes left, files flagged."""
    minutes = tally.left / 60
    return (
        f"read {tally.done} of {tally.total}, {tally.rate:.1f} files/s,"
        f" {minutes:.0f} min left, {tally.flagged} flagged so far"
    )


@dataclass
class JsonLines:
    """Prints one line with a JSON object for each file, for other programs."""

    tally: Tally = field(default_factory=Tally)

    def begin(self, total: int) -> None:
        """Start; `total` is the number of files to be read."""
        self.tally.begin(total)

    def __call__(self, path: Path, extracted: ExtractedFile) -> None:
        """Count one file that was read."""
        self.tally.add(extracted)
        tally = self.tally
        event = {
            "event": "read",
            "file": path.name,
            "done": tally.done,
            "of": tally.total,
            "flagged": tally.flagged,
            "damage": list(extracted.reading.damage),
            "seconds": round(extracted.reading.seconds, 3),
            "files_per_second": round(tally.rate, 2),
            "seconds_left": round(tally.left),
        }
        sys.stderr.write(json.dumps(event) + "\n")


class Bar:
    """Shows a progress bar on a terminal."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("reading", total=None, flagged=0, rate="")
        self._tally = Tally()

    def begin(self, total: int) -> None:
        """Start; `total` is the number of files to be read."""
        self._tally.begin(total)
        self._bar.update(self._task, total=total)

    def __call__(self, path: Path, extracted: ExtractedFile) -> None:  # noqa: ARG002
        """Count one file that was read."""
        self._tally.add(extracted)
        rate = f"{self._tally.rate:.1f} files/s"
        self._bar.update(self._task, advance=1, flagged=self._tally.flagged, rate=rate)


@contextmanager
def progress_of(*, quiet: bool = False, as_json: bool = False) -> Iterator[Reporter]:
    """The reporter that is called for each file that was read.

    It prints JSON lines, nothing (`quiet`), plain lines in a log, or a bar on a terminal.
    """
    if as_json:
        yield JsonLines()
    elif quiet:
        yield Silent()
    elif not sys.stderr.isatty():
        yield Lines()
    else:
        columns = (
            TextColumn("reading"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("flagged: {task.fields[flagged]}"),
        )
        with Progress(
            *columns, console=Console(stderr=True, emoji=False, highlight=False), transient=True
        ) as bar:
            yield Bar(bar)
