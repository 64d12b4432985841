"""Progress of a long run: a bar on a terminal, nothing in a log."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from ocr_extract.findings import Findings


@contextmanager
def progress_of(total: int, *, quiet: bool = False) -> Iterator[Callable[[Findings], None]]:
    """A function to call after each document: files, rate, time left, damaged so far."""
    if quiet or not sys.stderr.isatty():
        yield _say_nothing
        return
    columns = (
        TextColumn("reading"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("damaged: {task.fields[damaged]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=total, damaged=0, rate="")
        damaged = 0

        def advance(findings: Findings) -> None:
            nonlocal damaged
            damaged += bool(findings.damage)
            speed = bar.tasks[task].speed
            rate = f"{speed:.1f} files/s" if speed else ""
            bar.update(task, advance=1, damaged=damaged, rate=rate)

        yield advance


def _say_nothing(_: Findings) -> None:
    """A log gets no bar."""
