"""What a package holds: the agreement of each accepted paper, read again and checked."""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pikepdf

from ocr_extract.records import Record
from ocr_extract.reports.asks import asked_of
from ocr_extract.sources.certificates import SIGNATURE_MARKER
from ocr_extract.sources.source import Damaged, FileType, type_of
from ocr_extract.volume.ledger import Ledger
from ocr_extract.volume.roster.status import PaperStatus, VolumeStatus

SUFFIXES: Mapping[FileType, str] = {"jpeg": ".jpg", "text": ".txt"}
"""The suffix of a type of files where it is not the type's name."""
_ESCAPED = re.compile(rb"\\x([0-9a-f]{2})")


@dataclass(frozen=True)
class Chosen:
    """The agreement that counts for an accepted paper: its paper, its record, its absolute path as
    the ledger has it, and how many agreements its file holds.
    """

    paper: PaperStatus
    record: Record
    path: str
    agreements: int


@dataclass(frozen=True)
class Content:
    """The bytes that go into the package, and the suffix that their type has. `source_sha256` is
    that of the file as it came. `pages` are the pages taken from it, from 1; None for the whole
    file. `note` says what is unusual, "" otherwise.
    """

    content: bytes
    suffix: str
    source_sha256: str
    pages: tuple[int, int] | None = None
    note: str = ""


class LeftOut(Exception):
    """An agreement that cannot go into the package, and why."""


@dataclass(frozen=True)
class Gap:
    """A paper that has no agreement in the package: its state, and why in a sentence."""

    key: str
    title: str
    state: str
    why: str


def chosen_agreements(
    ledger: Ledger, run: int, status: VolumeStatus
) -> tuple[tuple[Chosen, ...], tuple[Gap, ...]]:
    """The agreements of the accepted papers of a run, by key, and the papers that are open."""
    wanted = {paper.index: paper for paper in status.papers if paper.state == "accepted"}
    open_papers = {p.index: p for p in status.papers if p.state != "accepted" and p.index >= 0}
    found: list[tuple[PaperStatus, Record, str]] = []
    parts: Counter[str] = Counter()
    why: dict[str, str] = {}
    for index, (_, path, _, record) in enumerate(ledger.numbered_records(run)):
        parts[path] += 1
        if (paper := wanted.get(index)) is not None:
            found.append((paper, record, path))
        elif (paper := open_papers.get(index)) is not None:
            asking = [flag.code for flag in record.flags if flag.asks]
            why[paper.key] = asked_of(paper.state, asking)
    chosen = [Chosen(paper, record, path, parts[path]) for paper, record, path in found]
    gaps = [
        Gap(p.key, p.title, p.state, why.get(p.key) or asked_of(p.state, ()))
        for p in status.papers
        if p.state != "accepted"
    ]
    return (
        tuple(sorted(chosen, key=lambda c: c.paper.key)),
        tuple(sorted(gaps, key=lambda gap: gap.key)),
    )


def content_of(chosen: Chosen, max_bytes: int) -> Content:
    """The bytes of an agreement, read again. The bytes are those that came, except where a PDF
    holds several agreements: then they are its own pages. Raises LeftOut when the file is away,
    cannot be read, or has another content than the one that was checked.
    """
    content = _read(chosen, max_bytes)
    digest = hashlib.sha256(content).hexdigest()
    if digest != chosen.record.document.sha256:
        raise LeftOut("its file was changed after it was checked: run `ocr-extract run` again")
    try:
        kind = type_of(Path(chosen.record.document.name), content)
    except Damaged as error:
        raise LeftOut("its file is of no known type") from error
    suffix = SUFFIXES.get(kind, f".{kind}")
    if chosen.agreements == 1:
        note = "" if kind == "pdf" else f"{kind} as it came, not a PDF"
        return Content(content, suffix, digest, note=note)
    whole = f"the whole file: it holds {chosen.agreements} agreements"
    if kind != "pdf":
        return Content(content, suffix, digest, note=f"{whole}, and is no PDF")
    if SIGNATURE_MARKER in content:
        return Content(content, suffix, digest, note=f"{whole}, and a certificate seals it")
    return _own_pages(chosen, content, digest, whole)


def _read(chosen: Chosen, max_bytes: int) -> bytes:
    """The file's bytes. Raises LeftOut."""
    path = Path(chosen.path)
    if not os.path.lexists(path):  # a name that is not UTF-8 is stored with its bytes escaped
        raw = _ESCAPED.sub(lambda m: bytes([int(m[1], 16)]), chosen.path.encode())
        path = Path(os.fsdecode(raw))
    try:
        if not path.is_file():
            raise LeftOut("its file is no longer there")
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise LeftOut(f"its file cannot be read ({reason})") from error
    if len(content) > max_bytes:
        raise LeftOut("its file was changed after it was checked: run `ocr-extract run` again")
    return content


def _own_pages(chosen: Chosen, content: bytes, digest: str, whole: str) -> Content:
    """The pages of one agreement as a PDF of their own; the whole file when they cannot be taken
    out.
    """
    document = chosen.record.document
    first, last = document.first_page, document.last_page
    if first is None or last is None or (first, last) == (1, document.pages):
        return Content(content, ".pdf", digest, note=whole)
    try:
        taken = _pages(content, first, last)
    except (pikepdf.PdfError, ValueError, IndexError, TypeError):
        return Content(content, ".pdf", digest, note=f"{whole}, which cannot be taken apart")
    note = f"pages {first} to {last} of {document.pages}: the file holds other agreements, too"
    return Content(taken, ".pdf", digest, (first, last), note)


def _pages(content: bytes, first: int, last: int) -> bytes:
    """These pages (from 1) of a PDF, with their annotations and fields, and nothing of others."""
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as source, pikepdf.new() as taken:
        for number in range(first - 1, last):
            page = source.pages[number]
            taken.pages.append(page)
            taken.acroform.fix_copied_annotations(taken.pages[-1], page, source.acroform)
        taken.save(buffer, deterministic_id=True)
    return buffer.getvalue()


def decided_by(record: Record) -> Iterator[str]:
    """What people decided about an agreement, a sentence for each decision that counts. Their notes
    stay in the ledger: they are not for the series.
    """
    for decision in record.decisions:
        if not decision.void:
            value = f" {decision.value}" if decision.value else ""
            who = decision.model_copy(update={"note": ""}).reason
            yield f"{decision.field}: {decision.action}{value}, {who}"
