"""Writes the tables as Parquet, for programs that analyse many volumes.

The columns are those of documents.csv, fields.csv and papers.csv; every value is as it is, without
the apostrophes that protect a spreadsheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from itertools import chain, islice
from pathlib import Path
from typing import Any

from ocr_extract.errors import MissingTool
from ocr_extract.records import Flag
from ocr_extract.reports.files import replace_file
from ocr_extract.reports.tables import (
    DOCUMENT_COLUMNS,
    FIELD_COLUMNS,
    PAPER_COLUMNS,
    document_row,
    field_rows,
    paper_row,
)
from ocr_extract.volume.answer import Outcome
from ocr_extract.volume.ledger import Ledger

BATCH_ROWS = 1_000
"""Number of rows of one group of a file (chosen)."""
INTEGERS = frozenset(("pages", "page"))
REALS = frozenset(("date_confidence", "confidence", "x0", "y0", "x1", "y1"))
"""Columns that hold numbers; the others hold text."""


def check_parquet() -> None:
    """Raises MissingTool when pyarrow is not installed."""
    if find_spec("pyarrow") is None:
        raise MissingTool(
            "Parquet files need pyarrow, which is not installed.",
            "Install it: `pip install 'ocr-extract[parquet]'`.",
        )


def write_parquet(outcome: Outcome, ledger: Ledger, folder: Path) -> tuple[Path, ...]:
    """Write documents.parquet and fields.parquet, and papers.parquet with a roster. Returns the
    paths. Raises MissingTool and UnsafeOutput.
    """
    check_parquet()
    run, status = outcome.source, outcome.summary.status
    documents = (document_row(record) for record in ledger.records_of(run))
    fields = chain.from_iterable(field_rows(record) for record in ledger.records_of(run))
    paths = [
        _write(folder / "documents.parquet", DOCUMENT_COLUMNS, documents),
        _write(folder / "fields.parquet", FIELD_COLUMNS, fields),
    ]
    if status is not None:
        counting = {paper.index for paper in status.papers}
        flags: dict[int, tuple[Flag, ...]] = {
            index: record.flags
            for index, record in enumerate(ledger.records_of(run))
            if index in counting
        }
        rows = (paper_row(paper, flags.get(paper.index, ())) for paper in status.papers)
        paths.append(_write(folder / "papers.parquet", PAPER_COLUMNS, rows))
    return tuple(paths)


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    """Write a table in groups of rows, so that it need not fit into memory."""
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    replace_file(path, b"")  # only its owner may read the file, from its first byte on
    schema = pa.schema([(name, _type_of(name, pa)) for name in columns])
    remaining = iter(rows)
    with parquet.ParquetWriter(path, schema) as writer:
        while batch := list(islice(remaining, BATCH_ROWS)):
            cells = zip(*batch, strict=True)
            arrays = [
                pa.array(list(_values(column, name in INTEGERS | REALS)), field.type)
                for name, column, field in zip(columns, cells, schema, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
    return path


def _type_of(name: str, pa: Any) -> Any:
    if name in INTEGERS:
        return pa.int64()
    return pa.float64() if name in REALS else pa.string()


def _values(column: Iterable[Any], is_number: bool) -> Iterator[Any]:  # noqa: FBT001
    for value in column:
        if value is None or is_number:
            yield value
        else:
            yield str(value).encode("utf-8", "replace").decode()
