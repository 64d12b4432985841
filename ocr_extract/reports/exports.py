"""A run's results in its output folder: always from the ledger, never over what is not ours.

A stamp remembers what was given and the digests of what was written. Files that a person
has edited are kept beside the new ones; results of other agreements are not replaced
unless that is asked for.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ocr_extract.errors import UnsafeOutput
from ocr_extract.records import as_text
from ocr_extract.reports.files import replace_file, writing
from ocr_extract.reports.tables import EXPORTS, PAPERS, write_results
from ocr_extract.volume.ledger import Ledger
from ocr_extract.volume.run import Outcome

STAMP = ".exported.json"
STAGING = ".export-"
"""Beginning of the name of the folder in which exports are made."""
NAMES = (*EXPORTS, PAPERS)
Digests = Mapping[str, tuple[str, ...]]
"""By file, the SHA-256 of each content that is ours: two while files are moved."""


@dataclass(frozen=True)
class Stamp:
    """Which run of the ledger the files are (None while they are moved), what was given, and
    what was written. `sizes` are of an earlier version's stamp.
    """

    run: int | None = None
    given: tuple[str, ...] = ()
    digests: Digests = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)

    def is_ours(self, file: Path, digest: str) -> bool:
        """Whether a file is as it was written."""
        known = self.sizes.get(file.name)
        return digest in self.digests.get(file.name, ()) or known == file.stat().st_size


def check_covered(out: Path, given: Sequence[Path], *, replace: bool) -> None:
    """Raises UnsafeOutput when the exports in a folder are of agreements that are not among
    those given now: they would be lost.
    """
    now = _named(given)
    before = () if replace else _stamp_of(out).given
    lost = [path for path in before if not any(_is_within(path, one) for one in now)]
    if lost:
        more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
        message = f"The results in {out} are of other agreements ({lost[0]}{more})."
        raise UnsafeOutput(message, "Give another --out, or --replace to replace them.")


def export(outcome: Outcome, ledger: Ledger, out: Path, given: Sequence[Path]) -> tuple[Path, ...]:
    """Write a run's results from the ledger, unless they lie there already as they were
    written; the files that somebody had edited, under the names by which they were kept.
    """
    before, there = _stamp_of(out), _digests_of(out)
    paths = _named(given)
    if before.run == outcome.source and there == before.digests:
        if before.given != paths:
            _write_stamp(out, Stamp(outcome.source, paths, there))
        return ()
    status = outcome.summary.status
    papers = status.papers if status else None
    with writing(out), _staging(out) as staging:
        write_results(ledger.records_of(outcome.source), staging, papers)
        fresh = _digests_of(staging)
        kept = tuple(_keep_edited(out, before, there))
        ours = {name: (*fresh.get(name, ()), *there.get(name, ())) for name in NAMES}
        # A run that dies from here on leaves files that are known for ours all the same.
        _write_stamp(out, Stamp(None, paths, ours))
        _move(staging, out)
    _write_stamp(out, Stamp(outcome.source, paths, fresh))
    return kept


def remove(out: Path, files: Sequence[str]) -> tuple[Path, ...]:
    """Remove a folder's exports, which name every paper, and the pictures that `show` has
    drawn of some files; what was removed.
    """
    stems = [glob.escape(Path(file).stem) for file in files]
    pictures = [picture for stem in stems for picture in out.glob(f"{stem}-page*.png")]
    there = [path for path in (*(out / name for name in NAMES), *pictures) if path.is_file()]
    for path in (*there, out / STAMP):
        path.unlink(missing_ok=True)
    return tuple(there)


@contextmanager
def _staging(out: Path) -> Iterator[Path]:
    """A folder in which exports are made, beside where they go; those that died are cleared."""
    for left in out.glob(f"{STAGING}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=STAGING, dir=out) as folder:
        yield Path(folder)


def _keep_edited(out: Path, before: Stamp, there: Digests) -> Iterator[Path]:
    """Move what is not as it was written aside: papers.csv to papers.edited-1.csv."""
    for name in there:
        file = out / name
        if file.is_symlink() or not before.is_ours(file, there[name][0]):
            aside = _free_name(file)
            file.rename(aside)
            yield aside


def _free_name(file: Path) -> Path:
    number = 1
    while os.path.lexists(aside := file.with_name(f"{file.stem}.edited-{number}{file.suffix}")):
        number += 1
    return aside


def _move(staging: Path, out: Path) -> None:
    """Every export into its place; of an answer without papers none is left."""
    for name in NAMES:
        if (staging / name).exists():
            (staging / name).replace(out / name)
        else:
            (out / name).unlink(missing_ok=True)


def _digests_of(folder: Path) -> dict[str, tuple[str, ...]]:
    """The SHA-256 of every export that is there."""
    found: dict[str, tuple[str, ...]] = {}
    for name in NAMES:
        if (folder / name).is_file():
            with (folder / name).open("rb") as content:
                found[name] = (hashlib.file_digest(content, "sha256").hexdigest(),)
    return found


def _stamp_of(out: Path) -> Stamp:
    """What the last export left; an empty one where there is none that can be read."""
    stamp = out / STAMP
    try:
        told = {} if stamp.is_symlink() else json.loads(stamp.read_text(encoding="utf-8"))
        return Stamp(
            run=told.get("run"),
            given=tuple(map(str, told.get("given", ()))),
            digests={name: tuple(some) for name, some in told.get("sha256", {}).items()},
            sizes=dict(told.get("sizes", {})),
        )
    except (OSError, ValueError, AttributeError, TypeError):
        return Stamp()


def _write_stamp(out: Path, stamp: Stamp) -> None:
    told = {"run": stamp.run, "given": stamp.given, "sha256": stamp.digests}
    replace_file(out / STAMP, json.dumps(told) + "\n")


def _named(paths: Sequence[Path]) -> tuple[str, ...]:
    return tuple(sorted({as_text(path.resolve()) for path in paths}))


def _is_within(path: str, other: str) -> bool:
    return path == other or path.startswith(other.rstrip("/") + "/")
