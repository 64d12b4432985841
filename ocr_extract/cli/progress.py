"""Progress of a long run: a bar on a terminal, a plain line now and then in a log."""

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

EVERY = 30.0
"""Seconds between two lines of a log."""
TimeLimit = Callable[[], float]


@dataclass
class Silent:
    """Says nothing."""

    def begin(self, total: int) -> None:
        """Nothing."""

    def __call__(self, path: Path, extracted: ExtractedFile) -> None:
        """Nothing."""


@dataclass
class Tally:
    """Files read and flagged so far, of how many, since when (seconds)."""

    clock: TimeLimit = time.monotonic
    total: int = 0
    done: int = 0
    flagged: int = 0
    started: float = 0.0

    def begin(self, total: int) -> None:
        """So many files are to be read."""
        self.total, self.started = total, self.clock()

    def add(self, extracted: ExtractedFile) -> None:
        """One was read."""
        self.done += 1
        self.flagged += extracted.flagged

    @property
    def rate(self) -> float:
        """Files a second."""
        return self.done / max(1e-9, self.clock() - self.started)

    @property
    def left(self) -> float:
        """Seconds."""
        return (self.total - self.done) / self.rate if self.done else 0.0


@dataclass
class Lines:
    """A plain line every half minute, and so none for a short run."""

    tally: Tally = field(default_factory=Tally)
    last: float = 0.0

    def begin(self, total: int) -> None:
        """So many files are to be read."""
        self.tally.begin(total)
        self.last = self.tally.started

    def __call__(self, path: Path, extracted: ExtractedFile) -> None:  # noqa: ARG002
        """One was read."""
        self.tally.add(extracted)
        now = self.tally.clock()
        if now - self.last >= EVERY:
            self.last = now
            sys.stderr.write(line_of(self.tally) + "\n")


def line_of(tally: Tally) -> str:
    """Files, rate, time left and flagged so far, in words."""
    minutes = tally.left / 60
    return (
        f"read {tally.done} of {tally.total}, {tally.rate:.1f} files/s,"
        f" {minutes:.0f} min left, {tally.flagged} flagged so far"
    )


@dataclass
class JsonLines:
    """A JSON object a file, for machines."""

    tally: Tally = field(default_factory=Tally)

    def begin(self, total: int) -> None:
        """So many files are to be read."""
        self.tally.begin(total)

    def __call__(self, path: Path, extracted: ExtractedFile) -> None:
        """One was read."""
        self.tally.add(extracted)
        tally = self.tally
        told = {
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
        sys.stderr.write(json.dumps(told) + "\n")


class Bar:
    """A bar on a terminal."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("reading", total=None, flagged=0, rate="")
        self._tally = Tally()

    def begin(self, total: int) -> None:
        """So many files are to be read."""
        self._tally.begin(total)
        self._bar.update(self._task, total=total)

    def __call__(self, path: Path, extracted: ExtractedFile) -> None:  # noqa: ARG002
        """One was read."""
        self._tally.add(extracted)
        rate = f"{self._tally.rate:.1f} files/s"
        self._bar.update(self._task, advance=1, flagged=self._tally.flagged, rate=rate)


@contextmanager
def progress_of(*, quiet: bool = False, as_json: bool = False) -> Iterator[Reporter]:
    """Who is told of each file that was read: a bar on a terminal, lines in a log."""
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
