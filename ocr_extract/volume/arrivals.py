"""The containers among the files of a run are unpacked; what is in them takes their place."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ocr_extract.errors import UnsafeOutput
from ocr_extract.received.arrival import Arrival
from ocr_extract.received.kinds import Container, kind_of_file
from ocr_extract.received.limits import Limits
from ocr_extract.received.packages import is_package
from ocr_extract.received.unpack import FOLDER_DIGITS, LIST, folder_of, remove_others, unpack
from ocr_extract.records import Damage, as_text
from ocr_extract.settings import Settings
from ocr_extract.volume.ledger.ledger import Ledger
from ocr_extract.volume.listing import list_files
from ocr_extract.volume.plan import in_order

FOLDER = "received"
"""Name of the folder in the output folder in which containers are unpacked."""
_COPY = re.compile(rf"(?<=/{FOLDER}/)(?P<container>[0-9a-f]{{{FOLDER_DIGITS}}})/\d+/[^/]+\Z")
"""The place of an unpacked file in that folder, at the end of its path."""


@dataclass(frozen=True)
class Arrivals:
    """The files of a run after unpacking, in their order. `arrived` is everything that was in
    containers; `damaged` are the paths that cannot be read because their container, or they
    themselves, cannot be unpacked, each with its damage. `containers` are the hashes of the
    containers.
    """

    files: tuple[Path, ...]
    arrived: tuple[Arrival, ...] = ()
    damaged: Mapping[Path, Damage] = field(default_factory=dict)
    containers: frozenset[str] = frozenset()
    opened: int = 0
    """How many containers there were."""
    packages: tuple[Path, ...] = ()
    """Packages that this program wrote: they are left out."""


def unpack_containers(
    files: Sequence[Path], out: Path, ledger: Ledger, settings: Settings, *, verify: bool = False
) -> Arrivals:
    """The files, with the files inside of containers instead of the containers. These are unpacked
    into `out`. Packages of this program are left out: they hold agreements that were read already.
    Raises UnsafeOutput when `out` cannot be written to, and NoRoom.
    """
    kinds = {file: kind for file in files if (kind := kind_of_file(file)) is not None}
    packages = tuple(file for file, kind in kinds.items() if kind == "zip" and is_package(file))
    for package in packages:
        del kinds[package]
    others = tuple(file for file in files if file not in kinds and file not in packages)
    if not kinds:
        return Arrivals(others, packages=packages)
    limits = Limits(member_bytes=settings.max_bytes)
    hashes = list_files(list(kinds), ledger, limits.container_bytes, verify=verify)
    parent = _private_folder(out)
    found = Arrivals(others)
    for file, kind in kinds.items():
        added = _of_container(file, kind, hashes[file], parent, limits, verify=verify)
        found = Arrivals(
            (*found.files, *added.files),
            (*found.arrived, *added.arrived),
            {**found.damaged, **added.damaged},
            found.containers | added.containers,
        )
    return replace(found, files=in_order(found.files), opened=len(kinds), packages=packages)


def remove_unused(out: Path, arrivals: Arrivals) -> None:
    """Remove what earlier runs unpacked of containers that are no longer there."""
    remove_others(out / FOLDER, arrivals.containers)


def _private_folder(out: Path) -> Path:
    """The folder for what is unpacked. Raises UnsafeOutput when it is a link or no folder."""
    folder = out / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise UnsafeOutput(
            f"Cannot write {folder}: {error.strerror}.", "Give another --out."
        ) from error
    if folder.is_symlink():
        raise UnsafeOutput(f"{folder} is a link.", "Remove it, or give another --out.")
    return folder


def _of_container(
    file: Path, kind: Container, sha256: str | None, parent: Path, limits: Limits, *, verify: bool
) -> Arrivals:
    """What arrived in one container. What is wrong with the container itself has its path."""
    name = as_text(Path(file.name))
    if sha256 is None:
        effect = (
            f"More than {limits.container_bytes // 1_000_000} MB, or not readable: not unpacked."
        )
        arrived: tuple[Arrival, ...] = (Arrival("", "", damage="too_large", effect=effect),)
        folder = parent
    else:
        try:
            arrived = unpack(file, sha256, kind, parent, limits, verify=verify)
        except OSError as error:
            message = f"Cannot unpack {file}: {error.strerror or type(error).__name__}."
            advice = "Check that it can be read, and that --out can be written to."
            raise UnsafeOutput(message, advice) from error
        folder = folder_of(parent, sha256)
    placed = [(_path(each, file, folder), each) for each in arrived]
    return Arrivals(
        files=tuple(path for path, _ in placed if path is not None),
        arrived=tuple(each.at(name, as_text(path) if path else "") for path, each in placed),
        damaged={path: _damage(each) for path, each in placed if path and each.damage},
        containers=frozenset({sha256} if sha256 else ()),
    )


def _path(arrival: Arrival, file: Path, folder: Path) -> Path | None:
    """Where an unpacked file is, or would be. For what concerns the container as a whole, that is
    the container; None for what was left out.
    """
    if arrival.left_out:
        return None
    return folder / arrival.path if arrival.path else file


def _damage(arrival: Arrival) -> Damage:
    return Damage(stage="open", kind=arrival.damage, effect=arrival.effect)


def remove_copies(out: Path, files: Sequence[str]) -> tuple[Path, ...]:
    """Remove unpacked copies, and the lists of their containers, which name their senders: the next
    run unpacks these containers again. `files` are paths as the ledger has them, also from the time
    before `out` was moved; others than copies stay. Returns the copies that were removed.
    """
    parent = Path(os.path.realpath(out / FOLDER))
    places = [place for file in files if (place := _COPY.search(file))]
    own = [(parent / place["container"], parent / place[0]) for place in places]
    # A link among the folders would lead elsewhere.
    removed = [copy for _, copy in own if copy.is_file() and copy == Path(os.path.realpath(copy))]
    for copy in removed:
        copy.unlink()
    for container, _ in own:
        (container / LIST).unlink(missing_ok=True)
    return tuple(removed)
