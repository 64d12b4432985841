"""How long the review takes for the next item and for a decision, by the number of open items."""

from __future__ import annotations

import argparse
import hashlib
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from ocr_extract.records import (
    Candidate,
    DateResult,
    Document,
    Fields,
    Flag,
    Record,
    SignatureResult,
    Verdict,
)
from ocr_extract.review.queue import ReviewQueue
from ocr_extract.settings import Settings
from ocr_extract.volume.ledger import Ledger, open_ledger, sqlite_url
from ocr_extract.volume.stored_volume import StoredVolume

T = TypeVar("T")
COUNTS = (10, 100, 1_000, 3_000, 10_000)
"""Numbers of open items (chosen)."""
TURNS = 200
"""Number of items that are decided at each number, at most (chosen)."""


def open_record(number: int) -> Record:
    """A record with an uncertain date, and every third one with an altered clause too."""
    day = f"2025-05-{number % 28 + 1:02d}"
    candidates = (Candidate(value=day, probability=0.8, reason="as read"),)
    dated = DateResult(value=day, confidence=0.8, precision="day", candidates=candidates)
    flags = [Flag(code="uncertain_date", field="date", message=f"{day} was read.")]
    if number % 3 == 0:
        flags.insert(0, Flag(code="terms_altered", message="Not as printed: clause 3."))
    sha256 = hashlib.sha256(str(number).encode()).hexdigest()
    return Record(
        document=Document(name=f"p{number}.pdf", path=f"p{number}.pdf", sha256=sha256),
        fields=Fields(date=dated, signature=SignatureResult(present="yes", confidence=0.99)),
        verdict=Verdict.REVIEW,
        flags=tuple(flags),
    )


def store_open(ledger: Ledger, count: int) -> None:
    """A finished run with this number of records, all of them open."""
    run = ledger.begin(Settings().model_dump_json(), [])
    records = ((f"/in/p{n}.pdf", 0, open_record(n)) for n in range(count))
    ledger.end(run, "j", "{}", records, StoredVolume((), None).packed())


def measured(folder: Path, count: int) -> Iterator[tuple[str, float]]:
    """Median times in milliseconds by what was done."""
    with open_ledger(sqlite_url(folder)) as ledger:
        store_open(ledger, count)
    began = time.perf_counter()
    with ReviewQueue.open(folder, person="bench") as queue:
        yield "open", (time.perf_counter() - began) * 1e3
        times: dict[str, list[float]] = {"peek": [], "next": [], "decide": []}
        for _ in range(min(TURNS, count // 2)):
            _timed(times["peek"], lambda: queue.peek(3))
            item = _timed(times["next"], queue.next)
            assert item is not None
            name = item.id
            _timed(times["decide"], lambda name=name: queue.decide(name, "leave"))
        for name, values in times.items():
            yield name, statistics.median(values) * 1e3


def _timed(times: list[float], done: Callable[[], T]) -> T:
    began = time.perf_counter()
    result = done()
    times.append(time.perf_counter() - began)
    return result


def main() -> None:
    """Print one line for each number of open items."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="where the ledgers are made")
    folder = parser.parse_args().folder
    for count in COUNTS:
        with tempfile.TemporaryDirectory(dir=folder) as made:
            figures = " ".join(f"{name} {ms:.2f} ms" for name, ms in measured(Path(made), count))
            print(f"{count} open: {figures}")


if __name__ == "__main__":
    main()
