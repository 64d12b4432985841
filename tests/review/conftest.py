"""A small volume with open questions, in a ledger beside it."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from ocr_extract.records import Record
from ocr_extract.review.queue import ReviewQueue
from ocr_extract.volume.answer import resolve_again
from ocr_extract.volume.ledger import open_ledger, sqlite_url
from tests.factory import Factory
from tests.volume.test_decided import run, write


@dataclass(frozen=True)
class ReviewedVolume:
    """The folder with the ledger, and the files."""

    folder: Path
    files: tuple[Path, ...]

    def open(self, person: str = "Ed", **more: float) -> ReviewQueue:
        return ReviewQueue.open(self.folder, person=person, **more)  # type: ignore[arg-type]

    def resolved(self) -> dict[str, Record]:
        with open_ledger(sqlite_url(self.folder)) as ledger:
            outcome = resolve_again(ledger)
            return {r.document.name: r for r in ledger.records_of(outcome.source)}


def make_volume(factory: Factory) -> ReviewedVolume:
    """Two dates with a slip, two illegible dates of unknown papers, and one in order: six items."""
    files = (
        write(factory, "feldmann25.txt", 0, "27 May 2015"),
        write(factory, "garcia25.txt", 1, "28 May 2015"),
        write(factory, "tanaka25.txt", 2, "29 May 2025"),
        factory.text("scan1.txt", "Title: Quantum Codes\nName:\nSignature:\nDate: soon\n"),
        factory.text("scan2.txt", "Title: Coding Quanta\nName:\nSignature:\nDate: late\n"),
    )
    with open_ledger(sqlite_url(factory.folder)) as ledger:
        run(ledger, list(files))
    return ReviewedVolume(factory.folder, files)


@pytest.fixture
def volume(factory: Factory) -> ReviewedVolume:
    return make_volume(factory)
