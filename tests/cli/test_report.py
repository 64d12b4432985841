"""`ocr-extract report`, and the report at the end of a run."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ocr_extract.cli import app
from ocr_extract.errors import LedgerTrouble
from tests.factory import Factory
from tests.volume.test_decided import write

pytestmark = pytest.mark.slow


def _call(*arguments: object) -> str:
    result = CliRunner().invoke(app, list(map(str, arguments)))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


@pytest.fixture
def folders(factory: Factory) -> tuple[Path, Path]:
    inputs = factory.folder / "in"
    inputs.mkdir()
    write(Factory(inputs), "feldmann25.txt", 0, "27 May 2015")
    return inputs, factory.folder / "out put"


def test_run_ends_with_where_the_report_is_and_what_to_type(folders: tuple[Path, Path]) -> None:
    inputs, out = folders
    said = _call("run", inputs, "--no-roster", "--year", 2025, "--out", out)
    report, settle = said.splitlines()[-2:]
    assert report == f"Report: {out / 'report.html'}"
    assert settle == f"Settle what is open: ocr-extract review --out '{out}'"
    first = (out / "report.html").stat()
    _call("run", inputs, "--no-roster", "--year", 2025, "--out", out)
    assert (out / "report.html").stat().st_ino == first.st_ino, "nothing changed"


def test_run_names_no_review_when_nothing_is_to_review(factory: Factory) -> None:
    inputs = factory.folder / "in"
    inputs.mkdir()
    (inputs / "a.pdf").write_bytes(b"%PDF-1.7 cut")
    said = _call("run", inputs, "--no-roster", "--out", factory.folder / "out")
    assert "1 rejected" in said
    assert "ocr-extract review" not in said


def test_report_is_written_again_from_the_ledger(folders: tuple[Path, Path]) -> None:
    inputs, out = folders
    said = _call("run", inputs, "--no-roster", "--year", 2025, "--out", out, "--no-report")
    assert "report.html" not in said
    assert not (out / "report.html").exists()
    for option in ([], ["--full"], []):
        said = _call("report", "--out", out, *option)
        assert said.splitlines()[0] == f"Report: {out / 'report.html'}"
        assert "feldmann25.txt" in (out / "report.html").read_text()
    assert not list(out.glob("*.edited-*"))


def test_report_without_a_ledger_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LedgerTrouble, match="--out"):
        _call("report", "--out", tmp_path)
    assert not list(tmp_path.iterdir())
