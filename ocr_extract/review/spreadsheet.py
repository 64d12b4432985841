"""The open items as a table, and decisions from a table that somebody filled in.

A value is a date, "yes", "no" or "cannot tell", a paper's key, a text, or "none"; or "leave" (it is
in order as it is) or "ask" (ask the author). Rows without a value decide nothing.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ocr_extract.errors import BadDecision
from ocr_extract.records import Action
from ocr_extract.reports.files import replaced
from ocr_extract.reports.tables import safe_cell, typed_cell
from ocr_extract.review.answers import Acknowledged, Typed
from ocr_extract.review.item import Item
from ocr_extract.review.queue import ReviewQueue
from ocr_extract.volume.ledger.decisions import NewDecision

COLUMNS = ("id", "file", "paper", "question", "flag", "candidates", "value", "note")
"""The columns of the table. Only `id`, `value` and `note` are read back."""
READ = ("id", "value", "note")
MAX_TABLE_BYTES = 50_000_000
"""Largest size of a table, in bytes (chosen: 10,000 items have 10 MB)."""
ACTIONS: dict[str, Action] = {"leave": "leave", "ask": "ask"}
"""Words in the column `value` that are no value."""
QUOTE = "Nothing was decided. Write a text with a comma in double quotes."
ADVICE = "Nothing was decided. Correct the table, and import it again."


@dataclass(frozen=True)
class Imported:
    """What became of a table: how many of its decisions count, how many were stored before, and one
    sentence for each that does not count, as somebody had settled the item.
    """

    counted: int
    known: int
    late: tuple[str, ...]


def export_open(queue: ReviewQueue, path: Path) -> int:
    """Write the open items as CSV. Returns their number. Raises UnsafeOutput when the file cannot
    be written.
    """
    count = 0
    with replaced(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for item in queue.open_items():
            writer.writerow([safe_cell(cell) for cell in _row(item)])
            count += 1
    return count


def _row(item: Item) -> tuple[str, ...]:
    """The row of an item, with an empty value and an empty note."""
    record = item.record
    candidates = "; ".join(
        choice.value if choice.probability is None else f"{choice.value} ({choice.probability:.3f})"
        for choice in item.choices
        if choice.action == "set" and choice.value
    )
    paper = record.roster.key if record.roster else ""
    return (
        item.id, record.document.name, paper, item.question.field, item.sentence, candidates, "", ""
    )  # fmt: skip


def import_decisions(queue: ReviewQueue, path: Path) -> Imported:
    """Store the decisions of a table: all of them or, when one cannot be taken, none. A table that
    is imported again decides nothing again. Raises BadDecision whose message has a
    line for each complaint, with the line of the table.
    """
    new: list[NewDecision] = []
    complaints: list[str] = []
    lines: dict[str, int] = {}
    for line, row in _rows(path):
        try:
            typed = _typed(row)
            if typed is None:
                continue
            new.append(_new(queue, typed))
            if lines.setdefault(typed.item, line) != line:
                first = lines[typed.item]
                complaints.append(f"line {line}: The item is decided in line {first}, too.")
        except BadDecision as error:
            complaints.append(f"line {line}: {error}")
    if complaints:
        raise BadDecision("\n".join(complaints), ADVICE)
    known = queue.known_messages()
    acknowledged = queue.decide_all(new)
    return _imported(acknowledged, [one.message in known for one in new], lines)


def _new(queue: ReviewQueue, typed: Typed) -> NewDecision:
    """The decision of a row. Its message is that of the stored decision if this stands and says the
    same, so that nothing is decided twice; and another one if the row goes back to what was decided
    before, or was taken back.
    """
    checked = queue.check(typed)
    stands, last = queue.last_of(checked.key)
    said = (checked.action, checked.value, checked.person, checked.note)
    if stands is not None and said == (stands.action, stands.value, stands.person, stands.note):
        return replace(checked, message=stands.message)
    return replace(checked, message=f"{typed.message}-{last}")


def _imported(
    acknowledged: Sequence[Acknowledged], was_known: Sequence[bool], lines: dict[str, int]
) -> Imported:
    fresh = [one for one, known in zip(acknowledged, was_known, strict=True) if not known]
    late = [one for one in fresh if not one.stands]
    sentences = tuple(f"line {lines[one.item]}: {one.sentence}" for one in late)
    return Imported(len(fresh) - len(late), len(acknowledged) - len(fresh), sentences)


def _typed(row: dict[str, str]) -> Typed | None:
    """The decision in a row; None when the row decides nothing."""
    name, text, note = (typed_cell(row[column]).strip() for column in READ)
    if not text:
        return None
    if not name:
        raise BadDecision("The row has a value and no id.")
    action = ACTIONS.get(text.casefold(), "set")
    digest = hashlib.sha256(f"{name}\n{text}\n{note}".encode()).hexdigest()
    return Typed(name, action, text if action == "set" else None, note, f"table-{digest}")


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a table with the number of the line that each begins in. Raises BadDecision when
    it cannot be read, or lacks a column.
    """
    text = _text_of(path)
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names: list[str] = []
    line = 1
    try:
        names = [name.strip().casefold() for name in next(reader, [])]
        missing = [name for name in READ if name not in names]
        if missing:
            message = f"line 1: there is no column {' and no column '.join(missing)}."
            raise BadDecision(message, "Export the open items again: --export FILE.")
        line = reader.line_num + 1
        for cells in reader:
            if any(cells[len(names) :]):
                raise BadDecision(f"line {line}: It has more cells than the first line.", QUOTE)
            row = dict.fromkeys(READ, "") | dict(zip(names, cells, strict=False))
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadDecision(f"line {line}: this is no CSV ({error}).", ADVICE) from error


def _text_of(path: Path) -> str:
    """A table's text. Raises BadDecision when it cannot be read, is too large, or is no UTF-8."""
    if path.exists() and not path.is_file():
        raise BadDecision(f"{path} is no file.", "Give a CSV file.")
    try:
        with path.open("rb") as file:
            content = file.read(MAX_TABLE_BYTES + 1)
    except OSError as error:
        raise BadDecision(f"Cannot read {path}: {error.strerror}.", "Give a CSV file.") from error
    if len(content) > MAX_TABLE_BYTES:
        raise BadDecision(f"{path} is larger than {MAX_TABLE_BYTES // 1_000_000} MB.", ADVICE)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        message = f"line {line}: {path.name} is no UTF-8."
        raise BadDecision(message, "Save it as “CSV UTF-8”.") from error
