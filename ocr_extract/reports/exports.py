"""Writes the results of a run into its output folder. The results always come from the ledger.

A stamp file records the input paths and the SHA-256 of each file that was written. A file
that a person has edited is kept beside the new one. Results of other agreements are
replaced only on request (`--replace`).
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
from ocr_extract.received.arrival import Arrival
from ocr_extract.records import as_text
from ocr_extract.reports.files import replace_file, writing
from ocr_extract.reports.received import RECEIVED, write_received
from ocr_extract.reports.tables import EXPORTS, PAPERS, write_results
from ocr_extract.reports.workbook import WORKBOOK
from ocr_extract.volume.answer import Outcome
from ocr_extract.volume.ledger import Ledger
from ocr_extract.volume.stored_volume import StoredVolume

REPORT = "report.html"
"""Name of the report in the output folder."""
STAMP = ".exported.json"
"""Name of the stamp file in the output folder."""
STAGING = ".export-"
"""Prefix of the name of the temporary folder in which exports are written first."""
REPORTS = (REPORT, WORKBOOK)
"""Names of the files that an export writes unless it is told not to."""
PARQUET = ("documents.parquet", "fields.parquet", "papers.parquet")
"""Names of the files that an export writes only on request."""
NAMES = (*EXPORTS, PAPERS, *REPORTS)
"""Names of all files that an export usually writes."""
ALL_NAMES = (*NAMES, *PARQUET, RECEIVED)
"""Names of all files that an export may write."""
Digests = Mapping[str, tuple[str, ...]]
"""For each file name the SHA-256 of every content that this program wrote.

There are two while an export is being moved into place: of the old and of the new file.
"""


@dataclass(frozen=True)
class Wanted:
    """What an export writes beside the tables: the report with its workbook, the report with the
    signing block of every paper (`full`), and Parquet files. With `anew` everything is written
    again, also where nothing changed.
    """

    report: bool = True
    full: bool = False
    parquet: bool = False
    anew: bool = False


USUAL = Wanted()


@dataclass(frozen=True)
class Stamp:
    """Content of the stamp file.

    `run` is the ledger's id of the exported run, None while files are being moved. `given`
    are the input paths, `digests` the SHA-256 of the files. `sizes` (bytes) stand only in
    the stamp of an earlier version.
    """

    run: int | None = None
    given: tuple[str, ...] = ()
    digests: Digests = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)

    def is_ours(self, file: Path, digest: str) -> bool:
        """Whether a file is unchanged since this program wrote it; `digest` is its SHA-256."""
        old_size = self.sizes.get(file.name)
        return digest in self.digests.get(file.name, ()) or old_size == file.stat().st_size


def check_covered(out: Path, given: Sequence[Path], *, replace: bool) -> None:
    """Raises UnsafeOutput when exporting would lose the results of other agreements.

    These are agreements that were exported to `out` before and are not among `given`.
    """
    given_paths = _resolved(given)
    exported_paths = () if replace else _stamp_of(out).given
    lost = [
        path
        for path in exported_paths
        if not any(_is_within(path, given_path) for given_path in given_paths)
    ]
    if lost:
        more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
        message = f"The results in {out} are of other agreements ({lost[0]}{more})."
        raise UnsafeOutput(message, "Give another --out, or --replace to replace them.")


def export(
    outcome: Outcome, ledger: Ledger, out: Path, given: Sequence[Path], wanted: Wanted = USUAL
) -> tuple[Path, ...]:
    """Write the results of a run from the ledger, unless they are already there unchanged.

    Returns the new paths of files that somebody had edited and that were kept. Raises
    UnsafeOutput when the folder cannot be written, and MissingTool when Parquet files are
    wanted and pyarrow is not installed.
    """
    stamp, current = _stamp_of(out), _digests_of(out)
    given_paths = _resolved(given)
    has_all = not wanted.report or all(name in current for name in REPORTS)
    is_current = stamp.run == outcome.source and current == stamp.digests
    if is_current and has_all and not wanted.anew:
        if stamp.given != given_paths:
            _write_stamp(out, Stamp(outcome.source, given_paths, current))
        return ()
    with writing(out), _staging(out) as staging:
        _write(outcome, ledger, staging, out, wanted)
        written = _digests_of(staging)
        kept = tuple(_keep_edited(out, stamp, current))
        ours = {name: (*written.get(name, ()), *current.get(name, ())) for name in ALL_NAMES}
        # If the run dies after this line, the stamp still identifies the files as our own.
        _write_stamp(out, Stamp(None, given_paths, ours))
        _move_into_place(staging, out)
    _write_stamp(out, Stamp(outcome.source, given_paths, written))
    return kept


def _write(outcome: Outcome, ledger: Ledger, staging: Path, out: Path, wanted: Wanted) -> None:
    """Write everything that is wanted into `staging`; the links of the report lead from `out`."""
    status = outcome.summary.status
    papers = status.papers if status else None
    write_results(ledger.records_of(outcome.source), staging, papers)
    if arrived := _arrived(outcome.source, ledger):
        write_received(arrived, staging)
    if wanted.report:
        # Imported here: most commands write no report.
        from ocr_extract.reports.html import write_report  # noqa: PLC0415
        from ocr_extract.reports.workbook import write_workbook  # noqa: PLC0415

        write_report(outcome, ledger, staging, out, full=wanted.full)
        write_workbook(outcome, ledger, staging, out)
    if wanted.parquet:
        from ocr_extract.reports.parquet import write_parquet  # noqa: PLC0415

        write_parquet(outcome, ledger, staging)


def _arrived(run: int, ledger: Ledger) -> tuple[Arrival, ...]:
    """What arrived in containers in a run."""
    _, volume = ledger.volume_of(run)
    return StoredVolume.unpacked(volume).arrived if volume else ()


def remove(out: Path, files: Sequence[str]) -> tuple[Path, ...]:
    """Remove all exports of a folder, and the pictures that `show` drew of the given files.

    All exports are removed because they name every paper. Returns the removed paths.
    """
    stems = [glob.escape(Path(file).stem) for file in files]
    pictures = [picture for stem in stems for picture in out.glob(f"{stem}-page*.png")]
    present = [path for path in (*(out / name for name in ALL_NAMES), *pictures) if path.is_file()]
    for path in (*present, out / STAMP):
        path.unlink(missing_ok=True)
    return tuple(present)


def exported_paths(out: Path) -> tuple[Path, ...]:
    """The input paths of the results that were last written to a folder; () when there are none."""
    return tuple(Path(path) for path in _stamp_of(out).given)


@contextmanager
def _staging(out: Path) -> Iterator[Path]:
    """A temporary folder inside `out`; folders that killed runs left there are removed."""
    for abandoned in out.glob(f"{STAGING}*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=STAGING, dir=out) as folder:
        yield Path(folder)


def _keep_edited(out: Path, stamp: Stamp, current: Digests) -> Iterator[Path]:
    """Rename files that were edited, such as papers.csv to papers.edited-1.csv.

    A symbolic link counts as edited. Yields the new paths.
    """
    for name in current:
        file = out / name
        if file.is_symlink() or not stamp.is_ours(file, current[name][0]):
            free_path = _free_path(file)
            file.rename(free_path)
            yield free_path


def _free_path(file: Path) -> Path:
    number = 1
    while os.path.lexists(free_path := file.with_name(f"{file.stem}.edited-{number}{file.suffix}")):
        number += 1
    return free_path


def _move_into_place(staging: Path, out: Path) -> None:
    """Move every export into place; delete an old one, such as papers.csv, without a new one."""
    for name in ALL_NAMES:
        if (staging / name).exists():
            (staging / name).replace(out / name)
        else:
            (out / name).unlink(missing_ok=True)


def _digests_of(folder: Path) -> dict[str, tuple[str, ...]]:
    """The SHA-256, in hexadecimal digits, of every export that is in the folder."""
    digests: dict[str, tuple[str, ...]] = {}
    for name in ALL_NAMES:
        if (folder / name).is_file():
            with (folder / name).open("rb") as content:
                digests[name] = (hashlib.file_digest(content, "sha256").hexdigest(),)
    return digests


def _stamp_of(out: Path) -> Stamp:
    """The stamp of the last export; an empty stamp when none can be read."""
    stamp = out / STAMP
    try:
        content = {} if stamp.is_symlink() else json.loads(stamp.read_text(encoding="utf-8"))
        return Stamp(
            run=content.get("run"),
            given=tuple(map(str, content.get("given", ()))),
            digests={name: tuple(hashes) for name, hashes in content.get("sha256", {}).items()},
            sizes=dict(content.get("sizes", {})),
        )
    except (OSError, ValueError, AttributeError, TypeError):
        return Stamp()


def _write_stamp(out: Path, stamp: Stamp) -> None:
    content = {"run": stamp.run, "given": stamp.given, "sha256": stamp.digests}
    replace_file(out / STAMP, json.dumps(content) + "\n")


def _resolved(paths: Sequence[Path]) -> tuple[str, ...]:
    return tuple(sorted({as_text(path.resolve()) for path in paths}))


def _is_within(path: str, other: str) -> bool:
    return path == other or path.startswith(other.rstrip("/") + "/")
