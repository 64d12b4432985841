"""What a worker sends of a file and the ledger stores. A module of its own: workers need no
database.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from ocr_extract.records import Record


@dataclass(frozen=True)
class StoredReading:
    """The extraction pass over one file: its records as compressed JSON lines, the seconds that
    it took, and the kinds of the file's damage.
    """

    content: bytes
    seconds: float
    damage: tuple[str, ...] = ()


def packed(records: Iterable[Record]) -> bytes:
    """Records as compressed JSON lines."""
    return zlib.compress("\n".join(record.to_json() for record in records).encode(), level=6)


def unpacked(content: bytes) -> tuple[Record, ...]:
    """The records of compressed JSON lines; raises zlib.error or ValueError when damaged."""
    lines = zlib.decompress(content).decode().split("\n")
    return tuple(Record.model_validate_json(line) for line in lines)
