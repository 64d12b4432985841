"""What a worker sends and the ledger keeps of one file; a module of its own, for workers need
no database.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from ocr_extract.records import Record


@dataclass(frozen=True)
class Reading:
    """The first look at one file: its records as JSON lines, compressed; how long that
    took, and the kinds of its damage.
    """

    content: bytes
    seconds: float
    damage: tuple[str, ...] = ()


def packed(found: Iterable[Record]) -> bytes:
    """Records as compressed JSON lines."""
    return zlib.compress("\n".join(record.to_json() for record in found).encode(), level=6)


def unpacked(content: bytes) -> tuple[Record, ...]:
    """The records of compressed JSON lines."""
    lines = zlib.decompress(content).decode().split("\n")
    return tuple(Record.model_validate_json(line) for line in lines)
