"""A small volume: one paper's agreement is in order, one is undated, one is missing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ocr_extract.messages.compose import Sender
from ocr_extract.messages.outbox import AuthorOptions, Prepared, prepare_authors
from ocr_extract.messages.templates import Templates
from ocr_extract.volume.ledger import Ledger, open_ledger, sqlite_url
from ocr_extract.volume.roster.roster import Paper, Roster
from tests.factory import Factory
from tests.volume.test_decided import PAPERS, run, write

SENDER = Sender("Volume 330", "1 June 2025", ("Ed Itor", "ed@example.org"))
ADDRESSES = {paper.key: f"{paper.key}@example.org" for paper in PAPERS}
ROSTER = Roster((*PAPERS, Paper("zhao25", "A Paper without an Address", "Zhao, Min")), year=2025)


def make_files(factory: Factory) -> list[Path]:
    return [
        write(factory, "feldmann25.txt", 0),
        write(factory, "garcia25.txt", 1, date=""),
    ]


@pytest.fixture
def ledger(factory: Factory) -> Iterator[Ledger]:
    with open_ledger(sqlite_url(factory.folder)) as opened:
        run(opened, make_files(factory), roster=ROSTER)
        yield opened


def prepare(ledger: Ledger, *, remind: bool = False, at_once: bool = True, **more: str) -> Prepared:
    """Prepare the messages to the authors of garcia25 (undated) and tanaka25 (missing)."""
    options = AuthorOptions({**ADDRESSES, **more}, remind=remind, at_once=at_once)
    return prepare_authors(ledger, SENDER, Templates(), options)
