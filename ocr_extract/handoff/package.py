"""Makes the package for the series: checked agreements, a manifest, and a certificate."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL

from ocr_extract._version import __version__
from ocr_extract.errors import UnsafeOutput, UsageError
from ocr_extract.handoff.archive import NoPackage, PackageWriter, open_package
from ocr_extract.handoff.certificate import certificate
from ocr_extract.handoff.contents import (
    Chosen,
    Content,
    Gap,
    LeftOut,
    chosen_agreements,
    content_of,
    decided_by,
)
from ocr_extract.handoff.git_tree import exposed_in
from ocr_extract.handoff.manifest import (
    CERTIFICATE_NAME,
    CSV_NAME,
    JSON_NAME,
    Manifest,
    OpenPaper,
    PackedFile,
    digest_of,
)
from ocr_extract.handoff.names import PATTERN, SafeName, check_pattern, names_of
from ocr_extract.handoff.seal import sealed
from ocr_extract.reports.files import replaced_bytes
from ocr_extract.reports.report_rows import cut
from ocr_extract.settings import Settings
from ocr_extract.volume.answer import ReadVolume, last_volume, resolve_again
from ocr_extract.volume.inputs import container_paths
from ocr_extract.volume.keys import shipped_models
from ocr_extract.volume.ledger import Ledger, read_ledger
from ocr_extract.volume.roster.status import VolumeStatus
from ocr_extract.volume.volume_summary import VolumeSummary

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner

MAX_KEY = 120
"""Characters of a key that a sentence shows, at most (chosen: a line); its row has all of them."""
_VOLUME = re.compile(r"(v\d+)[-_ ]?permissions?", re.IGNORECASE)
"""The name of a volume in the name of its folder."""


@dataclass(frozen=True)
class Wanted:
    """What to write where: the zip file, the ledger's URL, the volume's name (None: from the name
    of the folder of agreements, or none), the pattern of names, whether it may come into a git
    repository, and who seals it.
    """

    to: Path
    ledger: str | URL
    volume: str | None = None
    pattern: str = PATTERN
    into_git: bool = False
    signer: SimpleSigner | None = None


@dataclass(frozen=True)
class Packed:
    """What was written: the manifest, and the git work tree into which it was written, if any."""

    manifest: Manifest
    git_tree: Path | None


@dataclass(frozen=True)
class _Checked:
    """The answer of the last run, as the ledger has it now: the run's number, when it ended (UTC,
    ISO 8601), the version of the program, and the settings as JSON.
    """

    run: int
    ended: str
    program: str
    settings: str
    status: VolumeStatus
    read: ReadVolume
    trail: str


def write_package(wanted: Wanted) -> Packed:
    """Write the package of the last run's accepted agreements; papers that are open are listed in
    it. The same ledger and the same files give the same bytes, but for the seal.

    Raises UsageError for a pattern that cannot be used or a run without a roster, UnsafeOutput when
    the file would come into a git repository or the input, or would replace something else, and
    LedgerTrouble and LedgerBusy.
    """
    check_pattern(wanted.pattern, wanted.volume or "")
    git_tree = _checked_target(wanted.to, into_git=wanted.into_git)
    with read_ledger(wanted.ledger, alone=True) as ledger:
        checked = _answer(ledger)
        _check_outside_input(wanted.to, checked.read, ledger)
        volume = wanted.volume if wanted.volume is not None else _volume_of(checked.read)
        chosen, gaps = chosen_agreements(ledger, checked.run, checked.status)
        names = names_of([c.paper.key for c in chosen], wanted.pattern, volume)
        with _package_file(wanted.to, checked.ended) as writer:
            files, left_out = _add_files(writer, chosen, names, checked.read.settings)
            gaps = tuple(sorted((*gaps, *left_out), key=lambda gap: gap.key))
            manifest = _manifest(checked, volume, chosen, files, gaps)
            _add_own_files(writer, manifest, wanted.signer)
    return Packed(manifest, git_tree)


def _checked_target(to: Path, *, into_git: bool) -> Path | None:
    """The git work tree of the target, if any. Raises UnsafeOutput when it may not be written, also
    where its folder may not be searched.
    """
    try:
        return _tree_of(to, into_git=into_git)
    except OSError as error:
        message = f"Cannot write {cut(str(to))}: {error.strerror}."
        raise UnsafeOutput(message, "Give another --to.") from error


def _tree_of(to: Path, *, into_git: bool) -> Path | None:
    """The same; OSError when it cannot be found out."""
    if not to.parent.is_dir():
        raise UnsafeOutput(f"There is no folder {to.parent}.", "Make it, or give another --to.")
    if to.exists() and not _is_package(to):
        message = f"{to} is there already, and is no package of this program."
        raise UnsafeOutput(message, "Give another --to.")
    tree = exposed_in(to)
    if tree is not None and not into_git:
        message = (
            f"{to} lies in the git repository {tree} and is not ignored there: signed agreements"
            " would come into its history."
        )
        advice = "Give a --to outside of it, or --into-git if that repository is private."
        raise UnsafeOutput(message, advice)
    return tree


def _is_package(path: Path) -> bool:
    """Whether a file is an earlier package, which may be replaced."""
    try:
        with open_package(path) as package:
            return JSON_NAME in package.names
    except NoPackage:
        return False


def _answer(ledger: Ledger) -> _Checked:
    """The last run's answer, with all decisions that stand now. Raises UsageError when the run had
    no roster.
    """
    source, read = last_volume(ledger)
    last = ledger.last_done()
    if last is None or last.judged != read.digest(ledger.decisions.standing().all()):
        outcome = resolve_again(ledger)
        source, summary = outcome.source, outcome.summary
    else:
        summary = VolumeSummary.from_json(last.answer)
    if summary.status is None or not summary.status.papers:
        message = "The last run had no roster: no agreement has a paper's key."
        raise UsageError(message, "Run `ocr-extract run FOLDER --roster VOLUME.bib`.")
    _, ended, program = ledger.times_of(source)
    settings, _ = ledger.volume_of(source)
    trail = ledger.trail.head().link
    return _Checked(source, ended, program, settings, summary.status, read, trail)


def _check_outside_input(to: Path, read: ReadVolume, ledger: Ledger) -> None:
    """Raises UnsafeOutput when the package would lie beside the agreements that were read, or
    beside the archives and mails that they came in.
    """
    folder = to.resolve().parent
    identities = [Path(file.identity) for file in read.volume.files]
    folders = {path.parent for path in (*identities, *container_paths(read.volume, ledger))}
    if not folders.isdisjoint((folder, *folder.parents)):
        message = f"{to} would lie among the agreements, and the next run would read it."
        raise UnsafeOutput(message, "Give a --to in another folder.")


def _volume_of(read: ReadVolume) -> str:
    """The volume's name, where the folders of the agreements say it, and one only; else ""."""
    folders = {Path(file.identity).parent.name for file in read.volume.files}
    found = {match[1].lower() for name in folders if (match := _VOLUME.fullmatch(name))}
    return found.pop() if len(found) == 1 else ""


@contextmanager
def _package_file(to: Path, time: str) -> Iterator[PackageWriter]:
    """The zip file; it is moved into place when the block ends without an error."""
    with replaced_bytes(to) as file, closing(PackageWriter(file, time)) as writer:
        yield writer


def _add_files(
    writer: PackageWriter,
    chosen: tuple[Chosen, ...],
    names: Mapping[str, SafeName],
    settings: Settings,
) -> tuple[list[PackedFile], list[Gap]]:
    """Add all agreements. Returns what was added, and the papers whose files had to be left out."""
    files: list[PackedFile] = []
    left_out: list[Gap] = []
    for one in chosen:
        try:
            content = content_of(one, settings.max_bytes)
        except LeftOut as why:
            sentence = f"Left out: {why}."
            left_out.append(Gap(one.paper.key, one.paper.title, "left out", sentence))
            continue
        file = _packed_file(one, content, names[one.paper.key])
        writer.add(file.path, content.content)
        files.append(file)
    return files, left_out


def _packed_file(chosen: Chosen, content: Content, name: SafeName) -> PackedFile:
    record = chosen.record
    changed = f"the key “{cut(chosen.paper.key, MAX_KEY)}” is no safe name" if name.changed else ""
    return PackedFile(
        path=name.stem + content.suffix,
        key=chosen.paper.key,
        title=chosen.paper.title,
        state=chosen.paper.state,
        date=record.fields.date.value,
        signature=record.fields.signature.present,
        decided_by=tuple(decided_by(record)),
        source=record.document.name,
        pages="-".join(map(str, content.pages or ())),
        note="; ".join(filter(None, (content.note, changed))),
        bytes=len(content.content),
        sha256=digest_of(content.content),
        source_sha256=content.source_sha256,
    )


def _manifest(
    checked: _Checked,
    volume: str,
    chosen: tuple[Chosen, ...],
    files: list[PackedFile],
    gaps: tuple[Gap, ...],
) -> Manifest:
    decisions = Counter(
        decision.person for one in chosen for decision in one.record.decisions if not decision.void
    )
    return Manifest(
        volume=volume,
        run=checked.run,
        checked=checked.ended,
        program=checked.program,
        packed_by=__version__,
        settings=digest_of(checked.settings.encode()),
        models=shipped_models(),
        trail=checked.trail,
        papers=len(checked.status.papers),
        forgotten=checked.read.volume.forgotten,
        states=dict(checked.status.counts),
        decisions=dict(sorted(decisions.items())),
        files=tuple(files),
        open=tuple(OpenPaper(key=g.key, title=g.title, state=g.state, why=g.why) for g in gaps),
    )


def _add_own_files(writer: PackageWriter, manifest: Manifest, signer: SimpleSigner | None) -> None:
    """Add the manifest and the certificate, sealed when somebody seals it."""
    page = certificate(manifest)
    writer.add(JSON_NAME, manifest.to_json())
    writer.add(CSV_NAME, manifest.to_csv())
    writer.add(CERTIFICATE_NAME, sealed(page, signer) if signer else page)
