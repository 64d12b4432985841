"""The volume's papers, from its BibTeX: keys, and when the conference was."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import bibtexparser
from bibtexparser.model import Entry

from ocr_extract.dates.priors import Context, context_of
from ocr_extract.errors import BadRoster
from ocr_extract.records import RosterMatch

ADVICE = "Give the volume's .bib, with one @InProceedings per paper."
_SUFFIXES = re.compile(
    r"[-_ ]?(permission|agreement|license|licence|signed|form)s?$", re.IGNORECASE
)
_COPY = re.compile(r"\s*\(\d+\)$|[-_ ]copy$", re.IGNORECASE)


@dataclass(frozen=True)
class Paper:
    """One paper: its key, title and authors as the roster writes them."""

    key: str
    title: str
    authors: str


@dataclass(frozen=True)
class Roster:
    """The papers of a volume, and what it says of its own time."""

    papers: tuple[Paper, ...]
    year: int | None
    start: date | None
    end: date | None

    @property
    def context(self) -> Context:
        """What the roster says of the volume's dates."""
        return context_of(self.year, self.start, self.end)

    def match(self, name: str) -> RosterMatch | None:
        """The paper that a file's name belongs to, in any convention seen, or None."""
        wanted = plain_key(Path(name).stem)
        for paper in self.papers:
            if plain_key(paper.key) == wanted:
                return RosterMatch(key=paper.key, state="matched", confidence=0.99)
        return None


def plain_key(stem: str) -> str:
    """A key or file name without case, accents, copy marks and "Permission"."""
    folded = unicodedata.normalize("NFKD", stem)
    bare = "".join(c for c in folded if not unicodedata.combining(c)).strip()
    bare = _SUFFIXES.sub("", _COPY.sub("", bare))
    return re.sub(r"[^a-z0-9]+", "", bare.casefold())


def read_roster(path: Path) -> Roster:
    """Read a .bib; raises BadRoster when it is not there or names no paper."""
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise BadRoster(f"Cannot read the roster {path}: {error.strerror}.", ADVICE) from error
    library = bibtexparser.parse_string(text)
    papers = tuple(_paper(e) for e in library.entries if e.entry_type.lower() != "proceedings")
    if not papers:
        raise BadRoster(f"The roster {path} names no paper.", ADVICE)
    heads = [e for e in library.entries if e.entry_type.lower() == "proceedings"]
    head = heads[0] if heads else None
    return Roster(
        papers=papers,
        year=_year(_value(head, "year")),
        start=_day(_value(head, "start")),
        end=_day(_value(head, "end")),
    )


def _paper(entry: Entry) -> Paper:
    return Paper(entry.key, _value(entry, "title"), _value(entry, "author"))


def _value(entry: Entry | None, name: str) -> str:
    if entry is None:
        return ""
    fields = {field.key.lower(): str(field.value) for field in entry.fields}
    return fields.get(name, "").strip('{}" ')


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
