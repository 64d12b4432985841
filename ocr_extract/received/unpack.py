"""A container's files in a folder of their own, with a list of what arrived.

The folder has the name of the container's content. It is written completely under another name and
then moved into place, and is used again as long as the container is the same.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Collection
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from ocr_extract.errors import raise_if_no_room
from ocr_extract.received.arrival import Arrival, Found
from ocr_extract.received.contents import contents
from ocr_extract.received.kinds import Container
from ocr_extract.received.limits import Budget, Limits, TooMuch
from ocr_extract.received.names import file_name

LIST = ".arrivals.json"
"""Name of the list in a container's folder."""
VERSION = 1
"""Version of the list, and of the rules by which a container is unpacked (counted from 1): a folder
of another version is written again."""
FOLDER_DIGITS = 32
"""Hexadecimal digits of a container's hash in the name of its folder (chosen): 128 bits."""
_FOLDER = re.compile(rf"[0-9a-f]{{{FOLDER_DIGITS}}}")
_PART = ".unpacking-"
"""Start of the name of a folder that is being written."""


def unpack(
    container: Path, sha256: str, kind: Container, parent: Path, limits: Limits, *, verify: bool
) -> tuple[Arrival, ...]:
    """Unpack a container into a folder of `parent`, unless it is there unchanged. `sha256` is the
    hash of the container; with `verify` the unpacked files are hashed again, too. The paths of the
    arrivals are relative to the folder. Raises NoRoom, and OSError when the container cannot be
    read or the folder not be written.
    """
    folder = folder_of(parent, sha256)
    arrivals = _stored(folder, sha256, limits, verify=verify)
    if arrivals is not None:
        return arrivals
    part = Path(tempfile.mkdtemp(prefix=_PART, dir=parent))
    try:
        arrivals = _Writer(part).write(container, kind, limits)
        listed = {"version": VERSION, "sha256": sha256, "limits": asdict(limits)}
        content = json.dumps({**listed, "arrivals": [asdict(each) for each in arrivals]})
        _write(part / LIST, content.encode())
        if os.path.lexists(folder):
            _remove(folder)
        part.rename(folder)
    except OSError as error:
        raise_if_no_room(error)
        raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return arrivals


def folder_of(parent: Path, sha256: str) -> Path:
    """The folder of a container with this hash."""
    return parent / sha256[:FOLDER_DIGITS]


def remove_others(parent: Path, kept: Collection[str]) -> None:
    """Remove the folders of containers whose hashes are not among `kept`, and what a killed run
    left. Nothing else in `parent` is touched.
    """
    names = {sha256[:FOLDER_DIGITS] for sha256 in kept}
    for folder in list(parent.iterdir()) if parent.is_dir() and not parent.is_symlink() else ():
        ours = _FOLDER.fullmatch(folder.name) or folder.name.startswith(_PART)
        if ours and folder.name not in names:
            _remove(folder)


def _remove(folder: Path) -> None:
    """Remove a folder with its files; a link or a file in its place is removed itself."""
    if folder.is_symlink() or not folder.is_dir():
        folder.unlink(missing_ok=True)
    else:
        shutil.rmtree(folder)


def _stored(
    folder: Path, sha256: str, limits: Limits, *, verify: bool
) -> tuple[Arrival, ...] | None:
    """What the list of a folder says; None when a file is missing or changed."""
    try:
        stored = json.loads((folder / LIST).read_text(encoding="utf-8"))
        expected = (VERSION, sha256, asdict(limits))
        if (stored["version"], stored["sha256"], stored["limits"]) != expected:
            return None
        arrivals = tuple(Arrival(**each) for each in stored["arrivals"])
        whole = all(_is_whole(folder, each, verify=verify) for each in arrivals)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return arrivals if whole and not folder.is_symlink() else None


def _is_whole(folder: Path, arrival: Arrival, *, verify: bool) -> bool:
    """Whether an unpacked file is there as it was written. Raises OSError."""
    if not arrival.sha256:
        return True
    path = folder / arrival.path
    is_there = path.is_file() and not path.is_symlink() and path.stat().st_size == arrival.size
    return is_there and (not verify or _digest(path.read_bytes()) == arrival.sha256)


@dataclass
class _Writer:
    """Writes the files of one container, each into a numbered folder of its own: so no two names
    are one, whatever the file system makes of them.
    """

    folder: Path
    arrivals: list[Arrival] = field(default_factory=list)

    def write(self, container: Path, kind: Container, limits: Limits) -> tuple[Arrival, ...]:
        """Everything that arrived in the container. Too much of it is damage of the container."""
        try:
            with container.open("rb") as file:
                _check_size(container, limits)
                for found in contents(file, kind, Budget(limits)):
                    self._add(found)
        except TooMuch as trouble:
            self._append(Arrival("", "", damage="too_large", effect=str(trouble)))
        if not self.arrivals:
            effect = "There is no file in it."
            self._append(Arrival("", "", damage="empty", effect=effect))
        return tuple(self.arrivals)

    def _add(self, found: Found) -> None:
        arrival = Arrival("", found.name, **asdict(found.letter), left_out=found.left_out)
        if found.damage is not None:
            arrival = replace(arrival, damage=found.damage.kind, effect=found.damage.effect)
        if found.name and not found.left_out:
            path = Path(f"{len(self.arrivals) + 1:05d}", file_name(found.name))
            arrival = replace(arrival, path=path.as_posix())
        if found.content is not None and arrival.path:
            target = self.folder / arrival.path
            target.parent.mkdir(mode=0o700)
            _write(target, found.content)
            size, sha256 = len(found.content), _digest(found.content)
            arrival = replace(arrival, size=size, sha256=sha256)
        self._append(arrival)

    def _append(self, arrival: Arrival) -> None:
        self.arrivals.append(arrival)


def _check_size(container: Path, limits: Limits) -> None:
    """Raises TooMuch for a container that is too large."""
    if container.stat().st_size > limits.container_bytes:
        raise TooMuch(f"More than {limits.container_bytes // 1_000_000} MB: not unpacked.")


def _write(path: Path, content: bytes) -> None:
    """Write a new file that only its owner can read. No link is followed."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)


def _digest(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
