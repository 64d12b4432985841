"""Progress of a run: lines in a log, JSON lines, and nothing when quiet."""

import json
from pathlib import Path

import pytest

from ocr_extract.cli.progress import JsonLines, Lines, Tally, line_of, progress_of
from ocr_extract.volume.stored_reading import StoredReading
from ocr_extract.volume.task import ExtractedFile

PATH = Path("a.pdf")


def _extracted(*, flagged: bool = False) -> ExtractedFile:
    return ExtractedFile(StoredReading(b"", 0.5, ("timeout",)), None, flagged=flagged)


class FakeClock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_log_gets_a_line_every_30_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    clock = FakeClock()
    lines = Lines(Tally(clock))
    lines.begin(400)
    for step in range(100):
        clock.now += 1.0
        lines(PATH, _extracted(flagged=step % 10 == 0))
    printed = capsys.readouterr().err.splitlines()
    assert printed[0] == "read 30 of 400, 1.0 files/s, 6 min left, 3 flagged so far"
    assert len(printed) == 3


def test_short_run_prints_no_line_in_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_of() as reporter:
        reporter.begin(1)
        reporter(PATH, _extracted())
    assert capsys.readouterr().err == ""


def test_json_progress_has_one_line_per_file(capsys: pytest.CaptureFixture[str]) -> None:
    clock = FakeClock()
    lines = JsonLines(Tally(clock))
    lines.begin(2)
    clock.now += 2.0
    lines(PATH, _extracted(flagged=True))
    event = json.loads(capsys.readouterr().err)
    assert event == {
        "event": "read", "file": "a.pdf", "done": 1, "of": 2, "flagged": 1, "damage": ["timeout"],
        "seconds": 0.5, "files_per_second": 0.5, "seconds_left": 2,
    }  # fmt: skip


def test_quiet_prints_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_of(quiet=True) as reporter:
        reporter.begin(1)
        reporter(PATH, _extracted())
    assert capsys.readouterr().err == ""


def test_rate_is_0_before_the_first_file() -> None:
    assert line_of(Tally(FakeClock(), total=3)).startswith("read 0 of 3, 0.0 files/s, 0 min left")
