"""A file's reading as a worker sends it and as the ledger stores it. Workers need no database, so
this module is separate from the ledger.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from ocr_extract.records import Record


@dataclass(frozen=True)
class StoredReading:
    """The extraction pass over one file: `content` is its records as compressed JSON lines,
    `seconds` the time that it took, `damage` the kinds of the file's damage.
    """

    content: bytes
    seconds: float
    damage: tuple[str, ...] = ()


def packed(records: Iterable[Record]) -> bytes:
    """Records as compressed JSON lines."""
    return zlib.compress("\n".join(record.to_json() for record in records).encode(), level=6)


def unpacked(content: bytes) -> tuple[Record, ...]:
    """The records in compressed JSON lines. Raises zlib.error or ValueError when damaged."""
    lines = zlib.decompress(content).decode().split("\n")
    return tuple(Record.model_validate_json(line) for line in lines)
