"""Where the files of a stored volume came from: unpacked copies come from their containers."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ocr_extract.received.unpack import FOLDER_DIGITS
from ocr_extract.records import as_text
from ocr_extract.volume.ledger import Ledger
from ocr_extract.volume.stored_volume import StoredVolume


def container_paths(volume: StoredVolume, ledger: Ledger) -> tuple[Path, ...]:
    """The archives, mails and mailboxes whose copies the volume has, as absolute paths, wherever
    the ledger has listed them with this content and this name.
    """
    wanted = {(Path(path).parent.parent.name, name) for path, name in _copies(volume).items()}
    listed = ledger.listed().items() if wanted else ()
    return tuple(
        Path(path)
        for path, entry in listed
        if (entry.sha256[:FOLDER_DIGITS], Path(path).name) in wanted
    )


def input_paths(volume: StoredVolume, ledger: Ledger) -> tuple[Path, ...]:
    """The files that were given to the run: containers, where they still are, and no copies."""
    copies = _copies(volume)
    given = [Path(file.identity) for file in volume.files if as_text(file.path) not in copies]
    # exists() of pathlib raises for a path that may not be accessed.
    present = [path for path in container_paths(volume, ledger) if os.path.exists(path)]  # noqa: PTH110
    return (*given, *present)


def _copies(volume: StoredVolume) -> Mapping[str, str]:
    """The unpacked files, by their paths, each with the name of its container."""
    return {a.path: a.container for a in volume.arrived if a.path and a.name}
