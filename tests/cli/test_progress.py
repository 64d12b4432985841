import json
from pathlib import Path

import pytest

from ocr_extract.cli.progress import JsonLines, Lines, Tally, line_of, progress_of
from ocr_extract.volume.stored_reading import StoredReading
from ocr_extract.volume.task import ExtractedFile

PATH = Path("a.pdf")


def _look(*, flagged: bool = False) -> ExtractedFile:
    return ExtractedFile(StoredReading(b"", 0.5, ("timeout",)), None, flagged=flagged)


class TimeLimit:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_log_gets_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    clock = TimeLimit()
    lines = Lines(Tally(clock))
    lines.begin(400)
    for step in range(100):
        clock.now += 1.0
        lines(PATH, _look(flagged=step % 10 == 0))
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "read 30 of 400, 1.0 files/s, 6 min left, 3 flagged so far"
    assert len(said) == 3


def test_a_short_run_says_nothing_in_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_of() as reporter:
        reporter.begin(1)
        reporter(PATH, _look())
    assert capsys.readouterr().err == ""


def test_machines_get_a_line_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    clock = TimeLimit()
    lines = JsonLines(Tally(clock))
    lines.begin(2)
    clock.now += 2.0
    lines(PATH, _look(flagged=True))
    told = json.loads(capsys.readouterr().err)
    assert told == {
        "event": "read", "file": "a.pdf", "done": 1, "of": 2, "flagged": 1, "damage": ["timeout"],
        "seconds": 0.5, "files_per_second": 0.5, "seconds_left": 2,
    }  # fmt: skip


def test_quiet_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_of(quiet=True) as reporter:
        reporter.begin(1)
        reporter(PATH, _look())
    assert capsys.readouterr().err == ""


def test_nothing_read_is_no_rate() -> None:
    assert line_of(Tally(TimeLimit(), total=3)).startswith("read 0 of 3, 0.0 files/s, 0 min left")
