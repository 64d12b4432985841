"""The command line as a user types it: real processes, exit codes, no traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ocr_extract import cli
from ocr_extract.cli import app
from tests.factory import Factory

GOOD = "Name: A B\nSignature: A B\nDate: 3 May 2025\n"
ROOT = Path(__file__).parent.parent


def _call(*arguments: str | Path, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ) | ({"PATH": path} if path is not None else {})
    return subprocess.run(
        [sys.executable, "-m", "ocr_extract", *map(str, arguments)],
        capture_output=True, text=True, env=environment, cwd=ROOT, check=False, timeout=120,
    )  # fmt: skip


def _clean(done: subprocess.CompletedProcess[str]) -> str:
    assert "Traceback" not in done.stdout + done.stderr
    return done.stderr


def test_a_run_writes_results_and_says_where(factory: Factory) -> None:
    factory.text("a.txt", GOOD)
    factory.file("b.pdf", b"")
    out = factory.folder.parent / f"{factory.folder.name}-out"
    done = _call("run", factory.folder, "--year", "2025", "--out", out)
    assert done.returncode == 1
    assert _clean(done) == ""
    assert "2 agreements: 0 accepted, 1 to review, 1 rejected" in done.stdout
    assert str(out) in done.stdout
    lines = (out / "records.jsonl").read_text().splitlines()
    assert [json.loads(line)["document"]["name"] for line in lines] == ["a.txt", "b.pdf"]


@pytest.mark.slow
def test_all_accepted_is_zero(factory: Factory) -> None:
    done = _call("run", factory.agreement(), "--year", "2025", "--out", factory.folder / "out")
    assert (done.returncode, _clean(done)) == (0, "")
    assert "1 accepted" in done.stdout


def test_wrong_use_is_two_and_says_what_to_type(factory: Factory) -> None:
    file = factory.text("a.txt", GOOD)
    empty = factory.folder / "empty"
    empty.mkdir()
    wrong = [
        ("run", empty),
        ("run", file, "--roster", factory.folder / "none.bib"),
        ("run", file, "--settings", factory.text("s.toml", "nonsense = 1")),
        ("run", file, "--year", "99999"),
        ("run", factory.folder, "--out", factory.folder / "out"),
        ("run",),
        ("run", file, "--no-such-option"),
        ("nonsense",),
    ]
    for arguments in wrong:
        done = _call(*arguments)
        assert done.returncode == 2, arguments
        assert _clean(done).strip(), arguments


def test_a_missing_tool_is_three(factory: Factory) -> None:
    done = _call("run", factory.text("a.txt", GOOD), "--out", factory.folder / "out", path="/none")
    assert done.returncode == 3
    assert "apt-get install tesseract-ocr" in _clean(done)
    doctor = _call("doctor", path="/none")
    assert doctor.returncode == 3
    assert doctor.stdout.count("MISSING") == 3
    assert "poppler-utils" in doctor.stdout


def test_an_internal_error_is_four_and_one_line(
    factory: Factory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr(cli, "plan", broken)
    monkeypatch.setattr(sys, "argv", ["ocr-extract", "run", str(factory.text("a.txt", GOOD))])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 4
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "ZeroDivisionError: boom" in error


def test_doctor_finds_what_is_there() -> None:
    done = _call("doctor")
    assert done.returncode == 0
    assert done.stdout.count("present") == 5


@pytest.mark.slow
def test_show_explains_and_draws(factory: Factory) -> None:
    out = factory.folder / "out"
    done = _call("show", factory.agreement(), "--year", "2025", "--out", out)
    assert done.returncode == 0
    for said in ("date: 2025-05-27", "as written", "read by pdf", "picture:"):
        assert said in done.stdout
    assert sorted(p.name for p in out.iterdir()) == ["a-page1.png", "a-page2.png"]


def test_show_of_an_unreadable_file_is_one_record(factory: Factory) -> None:
    done = _call("show", factory.file("a.pdf", b""), "--out", factory.folder / "out")
    assert done.returncode == 1
    assert "The file is empty." in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_the_schema_is_json() -> None:
    assert json.loads(_call("schema").stdout)["title"] == "Record"


def test_a_log_gets_plain_lines(factory: Factory) -> None:
    done = _call("run", factory.text("a.txt", GOOD), "--out", factory.folder / "out", "--quiet")
    assert "\x1b" not in done.stdout + done.stderr
    assert "\r" not in done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == 2


@pytest.mark.parametrize("command", ["run", "show", "doctor", "schema"])
def test_every_command_has_help(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert len(result.output) > 80
