"""What a run needs to be resolved again without reading a file: its files with their readings, and
its roster, as the ledger stores them.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from ocr_extract.errors import LedgerTrouble
from ocr_extract.received.arrival import Arrival
from ocr_extract.records import Received, as_text
from ocr_extract.volume.roster.roster import NameMap, Paper, Roster

ADVICE = "Run `ocr-extract run` over the volume again."
"""What to do when a run cannot be resolved again."""


@dataclass(frozen=True)
class StoredFile:
    """A file of a run: its path as it was given, and its absolute path as text, with the number of
    its reading; or, for a file that could not be hashed, the content of the reading itself.
    """

    path: Path
    identity: str
    reading: int | None = None
    content: bytes = b""


@dataclass(frozen=True)
class StoredVolume:
    """The files of a run in their order, its roster, and what arrived in containers. `forgotten`
    is how many papers of the roster were forgotten since the run read it.
    """

    files: tuple[StoredFile, ...]
    roster: Roster | None
    arrived: tuple[Arrival, ...] = ()
    forgotten: int = 0

    @property
    def received(self) -> Mapping[str, Received]:
        """How files arrived that were unpacked, by their paths."""
        return {a.path: a.received for a in self.arrived if a.path and a.name}

    def packed(self) -> bytes:
        """The bytes that the ledger stores."""
        files = [
            [as_text(f.path), f.identity, f.reading, b64encode(f.content).decode()]
            for f in self.files
        ]
        roster = asdict(self.roster) | {"troubles": ()} if self.roster else None
        arrived = [asdict(arrival) for arrival in self.arrived]
        stored = {"files": files, "roster": roster, "arrived": arrived}
        return _packed({**stored, "forgotten": self.forgotten})

    @classmethod
    def unpacked(cls, content: bytes | None) -> StoredVolume:
        """The volume in these bytes. Raises LedgerTrouble when they are missing or damaged."""
        if content is None:
            raise LedgerTrouble("The ledger does not say what the last run had read.", ADVICE)
        try:
            stored = json.loads(zlib.decompress(content))
            files = tuple(StoredFile(Path(p), i, n, b64decode(c)) for p, i, n, c in stored["files"])
            arrived = tuple(Arrival(**arrival) for arrival in stored.get("arrived", ()))
            forgotten = int(stored.get("forgotten", 0))
            return cls(files, _roster_of(stored["roster"]), arrived, forgotten)
        except (zlib.error, ValueError, KeyError, TypeError) as error:
            raise LedgerTrouble("What the last run had read is damaged.", ADVICE) from error


def has_paper(content: bytes | None, key: str) -> bool:
    """Whether the roster in these bytes has a paper; False when they are missing or damaged."""
    try:
        roster = StoredVolume.unpacked(content).roster
    except LedgerTrouble:
        return False
    return roster is not None and any(paper.key == key for paper in roster.papers)


def without_paper(
    content: bytes | None, names: Collection[str], keys: Collection[str]
) -> bytes | None:
    """The bytes without the files of these names and without the papers of these keys, which are
    counted; None when there are none or they are damaged.
    """
    if content is None:
        return None
    try:
        stored = json.loads(zlib.decompress(content))
    except (zlib.error, ValueError):
        return None
    stored["files"] = [f for f in stored["files"] if PurePosixPath(f[0]).name not in names]
    stored["arrived"] = _others(stored.get("arrived", []), names)
    if stored["roster"]:
        every = stored["roster"]["papers"]
        papers = [p for p in every if p["key"] not in keys]
        stored["roster"]["papers"] = papers
        stored["forgotten"] = stored.get("forgotten", 0) + len(every) - len(papers)
        for kind, pairs in stored["roster"].get("names", {}).items():
            stored["roster"]["names"][kind] = [pair for pair in pairs if pair[1] not in keys]
    return _packed(stored)


def _others(arrived: list[dict[str, Any]], names: Collection[str]) -> list[dict[str, Any]]:
    """What arrived, without the files of these names and without all else from the same mails."""
    own = [a for a in arrived if PurePosixPath(a["path"]).name in names]
    mails = {(a["container"], a["message_id"], a["sender"], a["sent"]) for a in own if a["sender"]}
    return [
        a
        for a in arrived
        if a not in own and (a["container"], a["message_id"], a["sender"], a["sent"]) not in mails
    ]


def _packed(stored: dict[str, Any]) -> bytes:
    """The value as compressed JSON."""
    return zlib.compress(json.dumps(stored, default=str).encode(), level=6)


def _roster_of(stored: dict[str, Any] | None) -> Roster | None:
    """The roster in a JSON value."""
    if stored is None:
        return None
    days = {name: stored[name] and date.fromisoformat(stored[name]) for name in ("start", "end")}
    papers = tuple(Paper(**paper) for paper in stored["papers"])
    return Roster(papers, stored["year"], days["start"], days["end"], names=_names_of(stored))


def _names_of(stored: dict[str, Any]) -> NameMap:
    """The map of names in a roster's JSON value; an earlier version stored none."""
    names = stored.get("names", {})
    pairs = {kind: tuple((name, key) for name, key in names[kind]) for kind in names}
    return NameMap(**pairs)
