"""The papers of the volume, from its BibTeX file or a table: keys, titles, authors, and the days of
the conference. Errors in the roster are reported, and every paper that can be read is kept.
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
"""What to do when a roster cannot be used."""
COLUMNS = ("key", "title", "authors")
"""Columns that a table must have."""
_AND = re.compile(r"\s+and\s+|\s*;\s*", re.IGNORECASE)
"""Separators between authors."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]")
"""Characters that show nothing and may control a terminal or the direction of text."""
_ENTRY_START = re.compile(r"@\s*(\w+)\s*[{(]\s*([^,\s{}]+)\s*,")
"""The start of a BibTeX entry: its type and its key."""
MAX_ROSTER_BYTES = 50_000_000
"""Largest size of a roster, in bytes (chosen: ten thousand papers with their abstracts have 25
MB)."""


@dataclass(frozen=True)
class Paper:
    """One paper: its key, title and authors as they are in the roster, and an e-mail address (""
    when unknown).
    """

    key: str
    title: str
    authors: str
    email: str = ""

    @property
    def people(self) -> tuple[str, ...]:
        """The authors, each with the given names first."""
        return tuple(_given_name_first(name) for name in _AND.split(self.authors) if name.strip())


@dataclass(frozen=True)
class NameMap:
    """What an editor says of files' names: pairs of a submission number, in digits without leading
    zeros, and a key of the roster; and pairs of a file's name and a key.
    """

    numbers: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Roster:
    """The papers of a volume, its year, the first and the last day of the conference (None when
    unknown), and `troubles`: one sentence for each error in the roster. `names` says which names
    of files belong to which papers.
    """

    papers: tuple[Paper, ...]
    year: int | None = None
    start: date | None = None
    end: date | None = None
    troubles: tuple[str, ...] = ()
    names: NameMap = NameMap()

    @property
    def context(self) -> Context:
        """What the roster says about the volume's dates."""
        return context_of(self.year, self.start, self.end)


def read_roster(path: Path) -> Roster:
    """Read a roster: a table for .csv and .tsv, BibTeX for any other suffix. Raises BadRoster when
    the file cannot be read, is too large, has no table where one is expected, or has no paper.
    """
    text, control_count = _text_of(path)
    roster = _from_table(text) if path.suffix.lower() in (".csv", ".tsv") else _from_bibtex(text)
    if not roster.papers:
        raise BadRoster(f"The roster {path} names no paper.", ADVICE)
    if control_count:
        trouble = f"Control characters were left out: {control_count}."
        return replace(roster, troubles=(trouble, *roster.troubles))
    return roster


def _text_of(path: Path) -> tuple[str, int]:
    """A roster's text without control characters, and how many of them were removed. Raises
    BadRoster when the file cannot be read, or is too large.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_ROSTER_BYTES + 1)
    except OSError as error:
        raise BadRoster(f"Cannot read the roster {path}: {error.strerror}.", ADVICE) from error
    if len(content) > MAX_ROSTER_BYTES:
        message = f"The roster {path} is larger than {MAX_ROSTER_BYTES // 1_000_000} MB."
        raise BadRoster(message, ADVICE)
    text = content.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
    return _CONTROLS.subn("", text.replace("\r", "\n"))


def _given_name_first(name: str) -> str:
    """The name with the given names first: BibTeX allows "Family, Given"."""
    family, comma, given = name.partition(",")
    return f"{given.strip()} {family.strip()}" if comma else name.strip()


# Tables


def _from_table(text: str) -> Roster:
    """The roster in a table with commas or tabs. Raises BadRoster."""
    dialect = csv.excel_tab if "\t" in text.partition("\n")[0] else csv.excel
    rows = csv.DictReader(io.StringIO(text), dialect=dialect)
    try:
        return _roster_from_rows(rows)
    except csv.Error as error:
        message = f"The roster's line {rows.line_num + 1} is no row of a table ({error})."
        raise BadRoster(message, ADVICE) from error


def _roster_from_rows(rows: csv.DictReader[str]) -> Roster:
    """The roster in a table's rows. Raises BadRoster when a column is missing."""
    names = [(name or "").strip().lower() for name in rows.fieldnames or ()]
    missing = [column for column in COLUMNS if column not in names]
    if missing:
        raise BadRoster(f"The roster has no column {', '.join(missing)}.", ADVICE)
    rows.fieldnames = names
    cells = [{k: " ".join(v.split()) for k, v in row.items() if isinstance(v, str)} for row in rows]
    papers = [_paper_from_row(row) for row in cells if row.get("key")]
    without_key = sum(not row.get("key") for row in cells)
    subject = "row without a key is" if without_key == 1 else "rows without a key are"
    troubles = (f"{without_key} {subject} left out.",) if without_key else ()
    return _without_repeated_keys(papers, troubles)


def _paper_from_row(row: dict[str, str]) -> Paper:
    """The paper in one row."""
    return Paper(row["key"], row.get("title", ""), row.get("authors", ""), row.get("email", ""))


# BibTeX


def _from_bibtex(text: str) -> Roster:
    """The roster in a BibTeX text."""
    library = bibtexparser.parse_string(text, append_middleware=[LatexDecodingMiddleware()])
    entries = list(library.entries)
    papers = [
        _paper_from_entry(e) for e in entries if e.entry_type.lower() != "proceedings" and e.key
    ]
    rescued, troubles = _rescued_papers(library)
    without_key = [e for e in entries if not e.key]
    troubles += tuple(
        f"The entry at line {(e.start_line or 0) + 1} has no key." for e in without_key
    )
    head = next((e for e in entries if e.entry_type.lower() == "proceedings"), None)
    roster = _without_repeated_keys([*papers, *rescued], troubles)
    return replace(
        roster,
        year=_year(_value(head, "year")),
        start=_iso_date(_value(head, "start")),
        end=_iso_date(_value(head, "end")),
    )


def _rescued_papers(library: Library) -> tuple[list[Paper], tuple[str, ...]]:
    """The papers of entries that do not parse, and a sentence for each such entry."""
    papers: list[Paper] = []
    troubles: list[str] = []
    for block in library.failed_blocks:
        if isinstance(block, model.DuplicateBlockKeyBlock):
            papers.append(_paper_from_entry(block.ignore_error_block))
            continue
        entry = getattr(block, "ignore_error_block", None)
        paper = (
            _paper_from_entry(entry)
            if isinstance(entry, model.Entry)
            else _paper_from_lines(block.raw or "")
        )
        line = (block.start_line or 0) + 1
        if paper is None:
            troubles.append(f"The block at line {line} cannot be read and is left out.")
        else:
            papers.append(paper)
            troubles.append(
                f"The entry {paper.key} at line {line} is not sound: read by its lines."
            )
    return papers, tuple(troubles)


def _paper_from_lines(raw: str) -> Paper | None:
    """The paper in an entry whose braces do not close: its key, title and authors, read line by
    line. None when it is not a paper's entry.
    """
    head = _ENTRY_START.match(raw.strip())
    if head is None or head[1].lower() in ("proceedings", "string", "comment", "preamble"):
        return None
    return Paper(head[2], _value_on_line(raw, "title"), _value_on_line(raw, "author"))


def _value_on_line(raw: str, name: str) -> str:
    """The value of a field that is alone on one line; "" when there is no such line."""
    for line in raw.splitlines():
        key, equals, value = line.partition("=")
        quoted = value.strip().removesuffix(",").rstrip()
        if equals and key.strip().lower() == name and quoted[:1] in ("{", '"') and len(quoted) > 1:
            return _without_braces(quoted[1:-1]) if quoted[-1] in ("}", '"') else ""
    return ""


def _paper_from_entry(entry: model.Entry) -> Paper:
    """The paper in a parsed entry."""
    return Paper(entry.key, _value(entry, "title"), _value(entry, "author"), _value(entry, "email"))


def _without_repeated_keys(papers: Iterable[Paper], troubles: tuple[str, ...]) -> Roster:
    """The first paper of each key. Each repeated key is reported."""
    listed = list(papers)
    first = {paper.key: paper for paper in reversed(listed)}
    counts = Counter(paper.key for paper in listed)
    repeated = (
        f"The key {key} stands {n} times: only its first entry counts."
        for key, n in counts.items()
        if n > 1
    )
    unique = tuple(paper for paper in dict.fromkeys(listed) if first[paper.key] == paper)
    return Roster(papers=unique, troubles=(*troubles, *repeated))


def _value(entry: model.Entry | None, name: str) -> str:
    """The value of an entry's field; "" when it is missing."""
    if entry is None:
        return ""
    fields: Iterator[model.Field] = (f for f in entry.fields if f.key.lower() == name)
    field = next(fields, None)
    return _without_braces(str(field.value)) if field else ""


def _without_braces(text: str) -> str:
    """The text in one line, without the braces that only protect capitals."""
    return " ".join(re.sub(r"[{}]", "", text).strip('" ').split())


def _year(text: str) -> int | None:
    """The first year from 1900 to 2199 in a text, or None."""
    match = re.search(r"(?<!\d)(19|20|21)\d\d(?!\d)", text)
    return int(match[0]) if match else None


def _iso_date(text: str) -> date | None:
    """The date YYYY-MM-DD that the text consists of, or None."""
    match = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text.strip())
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
