"""The command line as a user calls it: real processes, exit codes, no traceback."""

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
ROOT = Path(__file__).parent.parent.parent


def _call(*arguments: str | Path, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ) | ({"PATH": path} if path is not None else {})
    return subprocess.run(
        [sys.executable, "-m", "ocr_extract", *map(str, arguments)],
        capture_output=True, text=True, env=environment, cwd=ROOT, check=False, timeout=120,
    )  # fmt: skip


def _stderr_without_traceback(done: subprocess.CompletedProcess[str]) -> str:
    assert "Traceback" not in done.stdout + done.stderr
    return done.stderr


def test_run_writes_results_and_prints_their_folder(factory: Factory) -> None:
    factory.text("a.txt", GOOD)
    factory.file("b.pdf", b"")
    out = factory.folder.parent / f"{factory.folder.name}-out"
    done = _call("run", factory.folder, "--year", "2025", "--out", out)
    assert done.returncode == 1
    assert _stderr_without_traceback(done).startswith("no roster: none lies with the agreements")
    assert "2 agreements: 0 accepted, 1 to review, 1 rejected" in done.stdout
    assert str(out) in done.stdout
    lines = (out / "records.jsonl").read_text().splitlines()
    assert [json.loads(line)["document"]["name"] for line in lines] == ["a.txt", "b.pdf"]


@pytest.mark.slow
def test_run_exits_0_when_all_are_accepted(factory: Factory) -> None:
    done = _call("run", factory.agreement(), "--year", "2025", "--out", factory.folder / "out")
    assert (done.returncode, _stderr_without_traceback(done)) == (0, "")
    assert "1 accepted" in done.stdout


def test_wrong_use_exits_2_with_a_message(factory: Factory) -> None:
    file = factory.text("a.txt", GOOD)
    empty = factory.folder / "empty"
    empty.mkdir()
    wrong_calls = [
        ("run", empty),
        ("run", file, "--roster", factory.folder / "none.bib"),
        ("run", file, "--settings", factory.text("s.toml", "nonsense = 1")),
        ("run", file, "--year", "99999"),
        ("run", factory.folder, "--out", factory.folder / "out"),
        ("run",),
        ("run", file, "--no-such-option"),
        ("nonsense",),
    ]
    for arguments in wrong_calls:
        done = _call(*arguments)
        assert done.returncode == 2, arguments
        assert _stderr_without_traceback(done).strip(), arguments


def test_missing_tool_exits_3_and_names_the_package(factory: Factory) -> None:
    done = _call("run", factory.text("a.txt", GOOD), "--out", factory.folder / "out", path="/none")
    assert done.returncode == 3
    assert "apt-get install tesseract-ocr" in _stderr_without_traceback(done)
    doctor = _call("doctor", path="/none")
    assert doctor.returncode == 3
    assert doctor.stdout.count("MISSING") == 3
    assert "poppler-utils" in doctor.stdout


def test_internal_error_exits_4_with_one_line(
    factory: Factory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr("ocr_extract.cli.run.plan", broken)
    monkeypatch.setattr(sys, "argv", ["ocr-extract", "run", str(factory.text("a.txt", GOOD))])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 4
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "ZeroDivisionError: boom" in error


def test_doctor_lists_present_tools() -> None:
    done = _call("doctor")
    assert done.returncode == 0
    assert done.stdout.count("present") == 5


@pytest.mark.slow
def test_show_prints_values_and_draws_pages(factory: Factory) -> None:
    out = factory.folder / "out"
    done = _call("show", factory.agreement(), "--year", "2025", "--out", out)
    assert done.returncode == 0
    for text in ("date: 2025-05-27", "as written", "read by pdf", "picture:"):
        assert text in done.stdout
    assert sorted(p.name for p in out.iterdir()) == ["a-page1.png", "a-page2.png"]


def test_show_of_unreadable_file_prints_the_damage(factory: Factory) -> None:
    done = _call("show", factory.file("a.pdf", b""), "--out", factory.folder / "out")
    assert done.returncode == 1
    assert "The file is empty." in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_schema_prints_json() -> None:
    assert json.loads(_call("schema").stdout)["title"] == "Record"


def test_output_without_terminal_is_plain_lines(factory: Factory) -> None:
    done = _call("run", factory.text("a.txt", GOOD), "--out", factory.folder / "out", "--quiet")
    assert "\x1b" not in done.stdout + done.stderr
    assert "\r" not in done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == 2


@pytest.mark.parametrize("command", ["run", "show", "doctor", "schema"])
def test_every_command_has_help(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert len(result.output) > 80


def test_evaluate_prints_figures_and_draws_them(factory: Factory) -> None:
    factory.text("a.txt", GOOD)
    factory.text("b.txt", GOOD.replace("3 May", "4 May"))
    out, plots = factory.folder / "results", factory.folder / "plots"
    assert _call(
        "run", factory.folder, "--year", "2025", "--out", factory.folder.parent / "r"
    ).returncode
    truth = factory.text("truth.csv", "file,date\na.txt,2025-05-03\nb.txt,2025-05-05\n")
    done = _call("evaluate", factory.folder.parent / "r", truth, "--out", plots)
    assert (done.returncode, _stderr_without_traceback(done)) == (0, "")
    assert "exact: 1 (50.0%)" in done.stdout
    assert "expected calibration error" in done.stdout
    for name in ("reliability.png", "risk-coverage.png"):
        assert (plots / name).read_bytes().startswith(b"\x89PNG")
    missing = _call("evaluate", out, truth)
    assert missing.returncode == 2
    assert " run`" in _stderr_without_traceback(missing)


def test_run_can_use_the_calibration_that_calibrate_writes(factory: Factory) -> None:
    for day in range(1, 29):
        for month in ("May", "June"):
            factory.text(f"p{day}{month}.txt", GOOD.replace("3 May", f"{day} {month}"))
    results = factory.folder.parent / "labelled"
    _call("run", factory.folder, "--year", "2025", "--out", results, "--quiet")
    rows = [
        f"p{day}{month},2025-0{number}-{day:02d}"
        for day in range(1, 29)
        for month, number in (("May", 5), ("June", 6))
    ]
    truth = factory.text("truth.csv", "\n".join(["key,date", *rows]) + "\n")
    calibration = factory.folder.parent / "own.json"
    done = _call("calibrate", results, truth, "--out", calibration)
    assert (done.returncode, _stderr_without_traceback(done)) == (0, "")
    assert "56 labels; maps fitted for born_digital" in done.stdout
    settings = factory.text("s.toml", f'calibration = "{calibration}"\nyear = 2025\n')
    agreement = factory.folder / "p3May.txt"
    again = _call(
        "run", agreement, "--settings", settings, "--out", factory.folder.parent / "again"
    )
    assert _stderr_without_traceback(again) == ""
    record = json.loads((factory.folder.parent / "again" / "records.jsonl").read_text())
    assert 0.9 < record["fields"]["date"]["confidence"] < 1
