"""Reads a ledger's audit trail, to compare it with what a package says."""

from __future__ import annotations

from sqlalchemy import URL

from ocr_extract.handoff.verify import TrailFacts
from ocr_extract.volume.ledger import read_ledger
from ocr_extract.volume.ledger.trail import BEGIN


def trail_facts(url: str | URL) -> TrailFacts:
    """The ledger's trail: what does not fit, and its heads. Raises LedgerTrouble."""
    with read_ledger(url) as ledger:
        broken = tuple(f"{link.kind} {link.row}: {link.why}" for link in ledger.trail.faults())
        return TrailFacts(broken, (BEGIN, *ledger.trail.links()))
