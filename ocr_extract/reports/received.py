"""Writes received.csv: what arrived in archives and mails, from whom, and what became of it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from ocr_extract.received.arrival import Arrival
from ocr_extract.reports.files import replaced
from ocr_extract.reports.plain import counted
from ocr_extract.reports.tables import safe_cell

RECEIVED = "received.csv"
"""File that an export writes too when something was unpacked."""
COLUMNS = (
    "container", "name", "path", "sha256", "sender", "sent", "subject", "message_id", "note",
)  # fmt: skip


def write_received(arrived: Sequence[Arrival], out: Path) -> Path:
    """Write a row for each thing that arrived in a container. Raises UnsafeOutput when the folder
    cannot be written.
    """
    with replaced(out / RECEIVED) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for arrival in arrived:
            cells = [getattr(arrival, name) for name in COLUMNS[:-1]]
            writer.writerow([safe_cell(cell) for cell in (*cells, _note(arrival))])
    return out / RECEIVED


def _note(arrival: Arrival) -> str:
    """What became of it: "" for a file that was unpacked."""
    return f"left out: {arrival.left_out}" if arrival.left_out else arrival.effect


def sentence_of(arrived: Sequence[Arrival], containers: int) -> str:
    """What was unpacked, in a sentence."""
    unpacked = sum(bool(arrival.sha256) for arrival in arrived)
    left_out = sum(bool(arrival.left_out) for arrival in arrived)
    damaged = sum(bool(arrival.damage) for arrival in arrived)
    rest = [
        f"{count} {what}"
        for count, what in ((left_out, "left out"), (damaged, "that cannot be unpacked"))
        if count
    ]
    more = f"; {', '.join(rest)} (see {RECEIVED})" if rest else ""
    archives = counted(containers, "archive or mail", "archives or mails")
    return f"unpacked: {counted(unpacked, 'file')} from {archives}{more}"
