"""The volume's papers, from its BibTeX or a table: keys, titles, authors, and when the
conference was. What is wrong with the roster is told, and costs no paper that can be saved.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import bibtexparser
from bibtexparser import model
from bibtexparser.library import Library
from bibtexparser.middlewares import LatexDecodingMiddleware

from ocr_extract.dates.priors import Context, context_of
from ocr_extract.errors import BadRoster

ADVICE = (
    "Give the volume's .bib, with one @InProceedings per paper, or a .csv with the columns"
    " key, title, authors[, email]."
)
COLUMNS = ("key", "title", "authors")
_AND = re.compile(r"\s+and\s+|\s*;\s*", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]")
_HEAD = re.compile(r"@\s*(\w+)\s*[{(]\s*([^,\s{}]+)\s*,")
MAX_BYTES = 50_000_000
"""Of a roster: ten thousand papers with their abstracts are 25 MB."""


@dataclass(frozen=True)
class Paper:
    """One paper: its key, title and authors as the roster writes them, and where to write."""

    key: str
    title: str
    authors: str
    email: str = ""

    @property
    def people(self) -> tuple[str, ...]:
        """The authors, given names first."""
        return tuple(_turned(name) for name in _AND.split(self.authors) if name.strip())


@dataclass(frozen=True)
class Roster:
    """The papers of a volume, what it says of its own time, and what is wrong with it."""

    papers: tuple[Paper, ...]
    year: int | None = None
    start: date | None = None
    end: date | None = None
    troubles: tuple[str, ...] = ()

    @property
    def context(self) -> Context:
        """What the roster says of the volume's dates."""
        return context_of(self.year, self.start, self.end)


def read_roster(path: Path) -> Roster:
    """Read a .bib or .csv; raises BadRoster when it is not there or names no paper."""
    text, hidden = _text_of(path)
    found = _from_table(text) if path.suffix.lower() in (".csv", ".tsv") else _from_bibtex(text)
    if not found.papers:
        raise BadRoster(f"The roster {path} names no paper.", ADVICE)
    if hidden:
        told = f"Control characters were left out: {hidden}."
        return replace(found, troubles=(told, *found.troubles))
    return found


def _text_of(path: Path) -> tuple[str, int]:
    """A roster's text, and how many characters were left out of it because they show
    nothing and steer a terminal; raises BadRoster.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadRoster(f"Cannot read the roster {path}: {error.strerror}.", ADVICE) from error
    if len(content) > MAX_BYTES:
        message = f"The roster {path} is larger than {MAX_BYTES // 1_000_000} MB."
        raise BadRoster(message, ADVICE)
    text = content.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
    return _CONTROLS.subn("", text.replace("\r", "\n"))


def _turned(name: str) -> str:
    """Given names before the family name: BibTeX writes "Family, Given"."""
    family, comma, given = name.partition(",")
    return f"{given.strip()} {family.strip()}" if comma else name.strip()


# Tables


def _from_table(text: str) -> Roster:
    dialect = csv.excel_tab if "\t" in text.partition("\n")[0] else csv.excel
    rows = csv.DictReader(io.StringIO(text), dialect=dialect)
    try:
        return _of_rows(rows)
    except csv.Error as error:
        message = f"The roster's line {rows.line_num + 1} is no row of a table ({error})."
        raise BadRoster(message, ADVICE) from error


def _of_rows(rows: csv.DictReader[str]) -> Roster:
    names = [(name or "").strip().lower() for name in rows.fieldnames or ()]
    missing = [column for column in COLUMNS if column not in names]
    if missing:
        raise BadRoster(f"The roster has no column {', '.join(missing)}.", ADVICE)
    rows.fieldnames = names
    cells = [{k: " ".join(v.split()) for k, v in row.items() if isinstance(v, str)} for row in rows]
    papers = [_of_row(row) for row in cells if row.get("key")]
    without_key = sum(not row.get("key") for row in cells)
    are = "row without a key is" if without_key == 1 else "rows without a key are"
    told = (f"{without_key} {are} left out.",) if without_key else ()
    return _unique(papers, told)


def _of_row(row: dict[str, str]) -> Paper:
    return Paper(row["key"], row.get("title", ""), row.get("authors", ""), row.get("email", ""))


# BibTeX


def _from_bibtex(text: str) -> Roster:
    library = bibtexparser.parse_string(text, append_middleware=[LatexDecodingMiddleware()])
    entries = list(library.entries)
    papers = [_paper(e) for e in entries if e.entry_type.lower() != "proceedings" and e.key]
    saved, told = _saved(library)
    without_key = [e for e in entries if not e.key]
    told += tuple(f"The entry at line {(e.start_line or 0) + 1} has no key." for e in without_key)
    head = next((e for e in entries if e.entry_type.lower() == "proceedings"), None)
    found = _unique([*papers, *saved], told)
    return replace(
        found,
        year=_year(_value(head, "year")),
        start=_day(_value(head, "start")),
        end=_day(_value(head, "end")),
    )


def _saved(library: Library) -> tuple[list[Paper], tuple[str, ...]]:
    """Papers of entries that do not parse, and what was wrong: nothing is lost in silence."""
    papers: list[Paper] = []
    told: list[str] = []
    for block in library.failed_blocks:
        if isinstance(block, model.DuplicateBlockKeyBlock):
            papers.append(_paper(block.ignore_error_block))
            continue
        entry = getattr(block, "ignore_error_block", None)
        paper = _paper(entry) if isinstance(entry, model.Entry) else _from_raw(block.raw or "")
        line = (block.start_line or 0) + 1
        if paper is None:
            told.append(f"The block at line {line} cannot be read and is left out.")
        else:
            papers.append(paper)
            told.append(f"The entry {paper.key} at line {line} is not sound: read by its lines.")
    return papers, tuple(told)


def _from_raw(raw: str) -> Paper | None:
    """Key, title and authors by their lines, where braces do not close."""
    head = _HEAD.match(raw.strip())
    if head is None or head[1].lower() in ("proceedings", "string", "comment", "preamble"):
        return None
    return Paper(head[2], _line_of(raw, "title"), _line_of(raw, "author"))


def _line_of(raw: str, name: str) -> str:
    """The value of a field that stands on one line of its own, or ""."""
    for line in raw.splitlines():
        key, equals, value = line.partition("=")
        told = value.strip().removesuffix(",").rstrip()
        if equals and key.strip().lower() == name and told[:1] in ("{", '"') and len(told) > 1:
            return _bare(told[1:-1]) if told[-1] in ("}", '"') else ""
    return ""


def _paper(entry: model.Entry) -> Paper:
    return Paper(entry.key, _value(entry, "title"), _value(entry, "author"), _value(entry, "email"))


def _unique(papers: Iterable[Paper], told: tuple[str, ...]) -> Roster:
    """The first paper of each key; the others are named."""
    listed = list(papers)
    first = {paper.key: paper for paper in reversed(listed)}
    counts = Counter(paper.key for paper in listed)
    again = (
        f"The key {key} stands {n} times: only its first entry counts."
        for key, n in counts.items()
        if n > 1
    )
    kept = tuple(paper for paper in dict.fromkeys(listed) if first[paper.key] == paper)
    return Roster(papers=kept, troubles=(*told, *again))


def _value(entry: model.Entry | None, name: str) -> str:
    if entry is None:
        return ""
    fields: Iterator[model.Field] = (f for f in entry.fields if f.key.lower() == name)
    found = next(fields, None)
    return _bare(str(found.value)) if found else ""


def _bare(text: str) -> str:
    """One line without the braces that only keep capitals."""
    return " ".join(re.sub(r"[{}]", "", text).strip('" ').split())


def _year(text: str) -> int | None:
    match = re.search(r"(?<!\d)(19|20|21)\d\d(?!\d)", text)
    return int(match[0]) if match else None


def _day(text: str) -> date | None:
    match = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text.strip())
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
