"""Parquet files have the columns and the values of the tables."""

from pathlib import Path

import pytest

from ocr_extract.errors import MissingTool
from ocr_extract.records import Verdict
from ocr_extract.reports.parquet import write_parquet
from ocr_extract.reports.tables import DOCUMENT_COLUMNS, FIELD_COLUMNS, PAPER_COLUMNS, document_row
from ocr_extract.volume.ledger import open_ledger
from tests.reports.report_factory import papers_of, record, stored


def test_parquet_has_the_columns_of_the_tables(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pip install pyarrow")
    records = [record(0), record(1, Verdict.REVIEW, title="=1+1\x00")]
    with open_ledger("sqlite://") as ledger:
        outcome = stored(ledger, tmp_path, records, papers_of(records, "gone"))
        documents, fields, papers = map(
            parquet.read_table, write_parquet(outcome, ledger, tmp_path)
        )
    assert tuple(documents.column_names) == DOCUMENT_COLUMNS
    assert tuple(fields.column_names) == FIELD_COLUMNS
    assert tuple(papers.column_names) == PAPER_COLUMNS
    assert [tuple(row.values()) for row in documents.to_pylist()] == [*map(document_row, records)]
    assert papers.column("state").to_pylist() == ["accepted", "review", "missing"]
    assert fields.num_rows == 10


def test_missing_pyarrow_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocr_extract.reports.parquet.find_spec", lambda name: None)
    with open_ledger("sqlite://") as ledger:
        outcome = stored(ledger, tmp_path, [record(0)])
        with pytest.raises(MissingTool, match="pip install"):
            write_parquet(outcome, ledger, tmp_path)
