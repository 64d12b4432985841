"""Forgetting a paper: removes everything that the ledger has of its files, and says what stays, and
why.

No other code removes a ledger's rows of records, readings, decisions or messages.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    delete,
    false,
    or_,
    select,
    update,
)

from ocr_extract.errors import LedgerTrouble
from ocr_extract.records import Verdict
from ocr_extract.volume.ledger import trail
from ocr_extract.volume.ledger.connect import writing
from ocr_extract.volume.ledger.messages import clear_content
from ocr_extract.volume.ledger.rows import stored_record
from ocr_extract.volume.ledger.tables import (
    decisions,
    holds,
    listing,
    message_states,
    messages,
    readings,
    records,
    run_records,
    runs,
)
from ocr_extract.volume.record_summary import RecordSummary, summary_of
from ocr_extract.volume.stored_reading import unpacked
from ocr_extract.volume.stored_volume import has_paper, without_paper
from ocr_extract.volume.volume_summary import VolumeSummary


@dataclass(frozen=True)
class Forgotten:
    """What was removed: `rows` is the number of rows by table, `files` the paths of the files.
    `kept` says in sentences what stays, and why.
    """

    rows: Mapping[str, int]
    files: tuple[str, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True)
class _PaperRows:
    """The rows of a paper: the numbers of its records, its keys, the paths of its files, the hashes
    that only this paper has (`hashes`), and those that other papers have too (`shared`).
    """

    numbers: frozenset[int]
    papers: frozenset[str]
    paths: frozenset[str]
    hashes: frozenset[str]
    shared: frozenset[str]

    @property
    def names(self) -> frozenset[str]:
        """The names of the files."""
        return frozenset(PurePosixPath(path).name for path in self.paths)


def of_paper(key: str) -> ColumnElement[bool]:
    """The condition for records of a paper; `key` is its key, a file's name or path, or a hash."""
    name = records.c.path.endswith(f"/{key}", autoescape=True)
    return (records.c.paper == key) | (records.c.sha256 == key) | (records.c.path == key) | name


def forget(engine: Engine, key: str) -> Forgotten | None:
    """Remove everything of a paper in one transaction. `key` is its key, a file's name or path, or
    a hash. None when there is nothing. A SQLite file is then rewritten without the removed rows.
    """
    with writing(engine) as connection:
        paper_rows = _rows_of_paper(connection, key)
        if paper_rows is None:
            return None
        documents = _documents_of_runs(connection, paper_rows)
        rows = _remove_rows(connection, paper_rows)
        _clear_runs(connection, paper_rows, documents)
        remaining = tuple(_remaining_data(connection, paper_rows))
    if engine.dialect.name == "sqlite":
        _vacuum(engine)
    return Forgotten(rows, tuple(sorted(paper_rows.paths)), remaining)


def _vacuum(engine: Engine) -> None:
    """Let SQLite rewrite its file: otherwise removed rows stay in the free pages of the file."""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.close()
    finally:
        raw.close()


def _rows_of_paper(connection: Connection, key: str) -> _PaperRows | None:
    """The rows that belong to a paper; None when there are none."""
    columns = (records.c.id, records.c.paper, records.c.path, records.c.sha256)
    rows = connection.execute(select(*columns).where(of_paper(key))).all()
    if not rows and not _is_known(connection, key):
        return None
    paths = frozenset(row[2] for row in rows)
    # Earlier records of the same files, from the time before they had a paper.
    earlier = connection.execute(select(*columns).where(records.c.path.in_(paths))).all()
    numbers = frozenset(row[0] for row in earlier) | {row[0] for row in rows}
    hashes = frozenset(row[3] for row in (*rows, *earlier) if row[3])
    others = select(records.c.sha256).where(
        records.c.sha256.in_(hashes), records.c.id.not_in(numbers)
    )
    shared = frozenset(connection.execute(others).scalars())
    papers = frozenset(row[1] for row in rows if row[1]) | {key}
    return _PaperRows(numbers, papers, paths, hashes - shared, shared)


def _is_known(connection: Connection, key: str) -> bool:
    """Whether a paper without a file has been asked for, or is in the roster of a run."""
    asked = select(messages.c.id).where(messages.c.paper == key).limit(1)
    if connection.execute(asked).first() is not None:
        return True
    volumes = connection.execute(select(runs.c.volume).order_by(runs.c.id.desc())).scalars()
    return any(has_paper(volume, key) for volume in volumes)


def _remove_rows(connection: Connection, paper_rows: _PaperRows) -> dict[str, int]:
    """Remove the rows. Returns the number of removed rows by table."""
    own = messages.c.paper.in_(paper_rows.papers)
    conditions: Sequence[tuple[Table, ColumnElement[bool]]] = (
        (message_states, message_states.c.message.in_(_numbers(connection, messages, own))),
        (run_records, run_records.c.record_id.in_(paper_rows.numbers)),
        (records, records.c.id.in_(paper_rows.numbers)),
        (readings, readings.c.sha256.in_(paper_rows.hashes)),
        (listing, listing.c.path.in_(paper_rows.paths)),
        (holds, _holds_of(paper_rows)),
        (decisions, _decisions_of(paper_rows)),
        (messages, own),
    )
    gone = {
        kind: _numbers(connection, table, condition)
        for kind, (table, _) in trail.COLUMNS.items()
        for removed, condition in conditions
        if removed is table
    }
    counts = {
        table.name: connection.execute(delete(table).where(condition)).rowcount
        for table, condition in conditions
    }
    cleared = _clear_shown(connection, paper_rows)
    _clear_reports(connection)
    trail.append_forgotten(connection, gone | {"decision": [*gone["decision"], *cleared]})
    hidden = (holds.name, message_states.name)
    return {name: count for name, count in counts.items() if name not in hidden}


def _numbers(connection: Connection, table: Table, condition: ColumnElement[bool]) -> list[int]:
    """The numbers of a table's rows that meet a condition."""
    return list(connection.execute(select(table.c.id).where(condition)).scalars())


def _decisions_of(paper_rows: _PaperRows) -> ColumnElement[bool]:
    """The condition for decisions about the paper: about its contents, also earlier ones of its
    files, but not about a content that another paper has too.
    """
    earlier = decisions.c.path.in_(paper_rows.paths) | decisions.c.paper.in_(paper_rows.papers)
    own = decisions.c.sha256.in_(paper_rows.hashes)
    return own | (earlier & decisions.c.sha256.not_in(paper_rows.shared))


def _holds_of(paper_rows: _PaperRows) -> ColumnElement[bool]:
    """The condition for holds of the paper's items, whose names begin with the content's hash."""
    return or_(false(), *(holds.c.item.startswith(sha256) for sha256 in paper_rows.hashes))


def _clear_shown(connection: Connection, paper_rows: _PaperRows) -> list[int]:
    """Clear what people saw when they decided about other papers, where it names the files. Returns
    the numbers of these decisions.
    """
    cleared = []
    rows = connection.execute(select(decisions.c.id, decisions.c.shown)).all()
    for number, shown in rows:
        if shown and _mentions(shown, paper_rows):
            row = update(decisions).where(decisions.c.id == number)
            connection.execute(row.values(shown="{}"))
            cleared.append(number)
    return cleared


def _clear_reports(connection: Connection) -> None:
    """Remove the content of messages about the whole volume: they name every paper. One that is not
    sent yet is withdrawn.
    """
    about_all = messages.c.paper.is_(None) & (messages.c.content != b"")
    for number in _numbers(connection, messages, about_all):
        clear_content(connection, number, "A paper that it names was forgotten.")


def _documents_of_runs(
    connection: Connection, paper_rows: _PaperRows
) -> Mapping[int, tuple[RecordSummary, ...]]:
    """The documents of the paper in each run, with their index among the run's documents."""
    columns = select(records.c.id, records.c.content, records.c.verdict)
    rows = connection.execute(columns.where(records.c.id.in_(paper_rows.numbers))).all()
    summaries = {row[0]: _summary_of(row[1], row[2]) for row in rows}
    own = run_records.c.record_id.in_(paper_rows.numbers)
    documents = {}
    for run in connection.execute(select(run_records.c.run_id).where(own).distinct()).scalars():
        every = select(run_records.c.record_id).where(run_records.c.run_id == run)
        in_order = connection.execute(every.order_by(run_records.c.position)).scalars()
        documents[run] = tuple(
            replace(summaries[number], index=index)
            for index, number in enumerate(in_order)
            if number in summaries
        )
    return documents


def _summary_of(content: bytes, verdict: str) -> RecordSummary:
    """What is compared of a stored record; only its verdict when the record is damaged."""
    try:
        return summary_of(stored_record(content))
    except LedgerTrouble:
        no_places = (None, None)
        return RecordSummary("", 0, None, None, Verdict(verdict), None, "", "", "", no_places)


def _clear_runs(
    connection: Connection,
    paper_rows: _PaperRows,
    documents: Mapping[int, Sequence[RecordSummary]],
) -> None:
    """Remove the files' names from the inputs, and the documents and the paper from the answers, of
    all runs. The next run then computes its answer again.
    """
    for number, source, inputs, answer, volume in connection.execute(
        select(runs.c.id, runs.c.same_as, runs.c.inputs, runs.c.answer, runs.c.volume)
    ).all():
        own = documents.get(source or number, ())
        row: dict[str, object] = {
            "inputs": json.dumps(
                [p for p in json.loads(inputs) if not _is_file_of_paper(p, paper_rows)]
            ),
            "answer": _answer_without(answer, paper_rows, own) if answer else answer,
            "judged": "",
            "volume": without_paper(volume, paper_rows.names, paper_rows.papers),
        }
        connection.execute(update(runs).where(runs.c.id == number).values(row))


def _answer_without(answer: str, paper_rows: _PaperRows, documents: Sequence[RecordSummary]) -> str:
    """A run's answer without the paper and its documents, and without any text that names one of
    the files.
    """
    with suppress(ValueError):  # an answer of another version has its texts removed only
        answer = VolumeSummary.from_json(answer).without(documents, paper_rows.papers).to_json()
    return json.dumps(_without_mentions(json.loads(answer), paper_rows))


def _is_file_of_paper(path: str, paper_rows: _PaperRows) -> bool:
    """Whether a path has the name of one of the files."""
    return PurePosixPath(path).name in paper_rows.names


def _without_mentions(answer: Any, paper_rows: _PaperRows) -> Any:
    """A run's answer, a JSON value, without the paper's state (its title, author and address) and
    without any text that names one of the files.
    """
    if isinstance(answer, dict):
        return {key: _without_mentions(value, paper_rows) for key, value in answer.items()}
    if isinstance(answer, list):
        return [
            _without_mentions(item, paper_rows)
            for item in answer
            if not (isinstance(item, str) and _mentions(item, paper_rows))
            and not (isinstance(item, dict) and item.get("key") in paper_rows.papers)
        ]
    return "forgotten" if isinstance(answer, str) and _mentions(answer, paper_rows) else answer


def _mentions(text: str, paper_rows: _PaperRows) -> bool:
    """Whether a text has the name of one of the files."""
    return any(name in text for name in paper_rows.names)


def _remaining_data(connection: Connection, paper_rows: _PaperRows) -> Iterable[str]:
    """What stays in the ledger, and why: one sentence each."""
    if paper_rows.shared:
        yield "The reading of its content stays: another paper's file has the same content."
    mentions = sum(
        any(_mentions(record.to_json(), paper_rows) for record in unpacked(content))
        for (content,) in connection.execute(select(records.c.content))
    )
    if mentions:
        yield (
            f"Records of other papers that name its files stay: {mentions}. The next run without"
            " these files renews them; earlier ones are the history of the other papers."
        )
    yield "Times and settings of the runs stay: they name no paper."
    if connection.execute(select(messages.c.id).where(messages.c.paper.is_(None))).first():
        yield "Messages to editors have lost their content: they named every paper."
    yield "The trail keeps digests of what was removed, and says that it was forgotten."
