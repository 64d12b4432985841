"""The table of an editor that says which submission number, or which file, is which paper."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rapidfuzz import process

from ocr_extract.errors import BadMap
from ocr_extract.volume.roster.filenames import folded_name
from ocr_extract.volume.roster.roster import NameMap

ADVICE = "Give a table with the columns `number,key` or `file,key`, one row for each paper or file."
"""What to do when a table cannot be taken."""
MAX_MAP_BYTES = 10_000_000
"""Largest size of a table, in bytes (chosen: ten thousand rows have less than one MB)."""
MAX_COMPLAINTS = 20
"""Most complaints of one table that are shown; the rest is counted (chosen)."""
MAX_NEAREST = 3
"""Most keys that are named as similar to an unknown one (chosen)."""
MIN_NEAREST_SCORE = 60.0
"""Lowest similarity, 0..100, of a key that is named as similar (chosen)."""
MAX_SHOWN = 60
"""Most characters of a cell that a complaint shows (chosen)."""
SEPARATORS = "\t;,"
"""What may separate the columns; the first one that the first line has counts."""
_NAME_COLUMNS = ("number", "file")
"""Headings of the column with the submission numbers, or with the names of files."""
_NUMBER = re.compile(r"#?\s*0*([0-9]{1,18})(?:\.0)?")
"""A submission number: digits, also as a spreadsheet writes them."""


def read_map(path: Path, keys: Sequence[str]) -> NameMap:
    """Read a table with or without a header. Raises BadMap with a complaint for each line that
    cannot be taken: a key that is none of `keys`, a name with two papers, a line without two cells.
    """
    rows = list(rows_of_table(text_of_table(path)))
    table = _Table(tuple(keys))
    header = [cell.lower() for cell in rows[0][1]] if rows else []
    name_at, key_at, kind = 0, 1, ""
    if "key" in header and (kind := next((c for c in _NAME_COLUMNS if c in header), "")):
        name_at, key_at = header.index(kind), header.index("key")
        del rows[0]
    if not rows:
        raise BadMap(f"{path} has no row.", ADVICE)
    for line, cells in rows:
        table.take(line, cells, (name_at, key_at), kind)
    if table.complaints:
        raise BadMap(f"{path}: {joined(table.complaints)}", ADVICE)
    return NameMap(tuple(table.numbers.items()), tuple(table.files.values()))


def joined(complaints: Sequence[str]) -> str:
    """The first complaints, and how many more there are."""
    more = len(complaints) - MAX_COMPLAINTS
    rest = [f"And {more} more."] if more > 0 else []
    return " ".join([*complaints[:MAX_COMPLAINTS], *rest])


def text_of_table(path: Path) -> str:
    """The table's text: UTF-8, or UTF-16 with a byte order mark, or else Windows' Latin."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_MAP_BYTES + 1)
    except OSError as error:
        raise BadMap(f"Cannot read {path}: {error.strerror}.", ADVICE) from error
    if len(content) > MAX_MAP_BYTES:
        raise BadMap(f"{path} is larger than {MAX_MAP_BYTES // 1_000_000} MB.", ADVICE)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def rows_of_table(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the number of its line. Raises BadMap."""
    lines = io.StringIO(text.replace("\0", "\ufffd"), newline="")
    first = text.partition("\n")[0].strip()
    if first.lower().startswith("sep="):
        separator = first[4:5] or ","
    else:
        separator = next((mark for mark in SEPARATORS if mark in first), ",")
    rows = csv.reader(lines, delimiter=separator)
    try:
        for cells in rows:
            if any(cell.strip() for cell in cells) and not cells[0].lower().startswith("sep="):
                yield rows.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise BadMap(f"Line {rows.line_num} is no row of a table ({error}).", ADVICE) from error


@dataclass
class _Table:
    """What was taken of a table: keys by number, names with their keys by folded name, and
    complaints.
    """

    keys: tuple[str, ...]
    numbers: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[str, str]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    def take(self, line: int, cells: Sequence[str], places: tuple[int, int], kind: str) -> None:
        """Take a row, or complain of it. `places` are those of the name and of the key. `kind` is
        the heading of the name's column, "" without a header.
        """
        name, key = (cells[at] if at < len(cells) else "" for at in places)
        number = None if kind == "file" else _NUMBER.fullmatch(name)
        if not name or not key:
            self._complain(line, "it needs a name and a key.")
        elif key not in self.keys:
            self._complain(line, f"“{_shown(key)}” is no key of the roster.{self._nearest(key)}")
        elif kind == "number" and number is None:
            self._complain(line, f"“{_shown(name)}” is no number.")
        elif number is not None:
            if self.numbers.setdefault(number[1], key) != key:
                self._complain(line, f"{number[1]} is {self.numbers[number[1]]} already.")
        elif (earlier := self.files.setdefault(folded_name(name), (name, key))[1]) != key:
            self._complain(line, f"“{_shown(name)}” is {earlier} already.")

    def _complain(self, line: int, complaint: str) -> None:
        self.complaints.append(f"Line {line}: {complaint}")

    def _nearest(self, key: str) -> str:
        """Names the keys that are most similar to an unknown one."""
        found = process.extract(
            key[:MAX_SHOWN], self.keys, limit=MAX_NEAREST, score_cutoff=MIN_NEAREST_SCORE
        )
        return f" Perhaps {' or '.join(key for key, *_ in found)}." if found else ""


def _shown(cell: str) -> str:
    """A cell as a complaint shows it."""
    return cell if len(cell) <= MAX_SHOWN else f"{cell[:MAX_SHOWN]}…"
