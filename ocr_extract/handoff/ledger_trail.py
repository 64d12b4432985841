"""Reads a ledger's audit trail, to compare it with what a package says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Engine, select

from ocr_extract.handoff.verify import TrailFacts
from ocr_extract.volume.ledger import open_ledger
from ocr_extract.volume.ledger.connect import database_troubles, engine_of
from ocr_extract.volume.ledger.tables import trail
from ocr_extract.volume.ledger.trail import BEGIN, BrokenLink, verify


def trail_facts(url: str | URL) -> TrailFacts:
    """The ledger's trail: what does not fit, and its heads. Raises LedgerTrouble."""
    with _engine(url) as engine:
        broken = tuple(_sentence(link) for link in verify(engine))
        with engine.connect() as connection:
            links = connection.execute(select(trail.c.link).order_by(trail.c.id)).scalars()
            return TrailFacts(broken, (BEGIN, *links))


def _sentence(link: BrokenLink) -> str:
    """What is wrong with an entry, and with which."""
    return f"{link.kind} {link.row}: {link.why}"


@contextmanager
def _engine(url: str | URL) -> Iterator[Engine]:
    """An engine of a ledger whose tables are up to date."""
    with open_ledger(url, alone=False):
        engine = engine_of(url)
        try:
            with database_troubles():
                yield engine
        finally:
            engine.dispose()
