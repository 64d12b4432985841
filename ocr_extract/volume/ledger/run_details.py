"""What the ledger says of a run itself: when it ran, by which program, with which settings."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, select

from ocr_extract.errors import LedgerTrouble
from ocr_extract.volume.ledger.connect import database_troubles
from ocr_extract.volume.ledger.tables import runs


@dataclass(frozen=True)
class RunDetails:
    """A run: its number, when it started and ended (UTC, ISO 8601), the version of the program, and
    its settings as JSON.
    """

    number: int
    started: str
    ended: str
    program: str
    settings: str


def run_details(engine: Engine, run: int) -> RunDetails:
    """The details of a run. Raises LedgerTrouble when there is no such run."""
    columns = (runs.c.started, runs.c.ended, runs.c.program, runs.c.settings)
    with database_troubles(), engine.connect() as connection:
        row = connection.execute(select(*columns).where(runs.c.id == run)).first()
    if row is None:
        raise LedgerTrouble(f"The ledger has no run {run}.", "Run `ocr-extract run` first.")
    return RunDetails(run, row[0], row[1] or row[0], row[2], row[3])
