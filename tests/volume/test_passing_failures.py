"""Temporary failures leave nothing in the ledger."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from ocr_extract.records import Record, Verdict
from ocr_extract.settings import Settings
from ocr_extract.volume.answer import Outcome
from ocr_extract.volume.ledger import Ledger, open_ledger, sqlite_url
from ocr_extract.volume.listing import list_files
from ocr_extract.volume.run import Volume, run_volume
from ocr_extract.volume.workers.pool import InlineWorkers
from tests.factory import Factory

TEXT = "Name: Ana Li\nSignature: Ana Li\nDate: 3 May 2025\n"
YEAR = Settings(year=2025)


class SilentReporter:
    def begin(self, total: int) -> None:
        pass

    def __call__(self, path: Path, extracted: object) -> None:
        pass


class MeddlingWorkers(InlineWorkers):
    """Changes the files just before a task runs."""

    def __init__(self, meddle: Callable[[], None]) -> None:
        self.meddle = meddle

    def submit(self, task: Any, /, *given: Any) -> Any:
        self.meddle()
        return super().submit(task, *given)


def read(files: list[Path], ledger: Ledger, meddle: Callable[[], None], **how: bool) -> Outcome:
    @contextmanager
    def workers(_: int) -> Iterator[MeddlingWorkers]:
        yield MeddlingWorkers(meddle)

    return run_volume(Volume(files, YEAR, **how), ledger, workers, SilentReporter())


def records(outcome: Outcome, ledger: Ledger) -> list[Record]:
    return list(ledger.records_of(outcome.source))


def do_nothing() -> None:
    pass


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(sqlite_url(tmp_path)) as opened:
        yield opened


def test_missing_file_is_read_by_the_next_run(factory: Factory, ledger: Ledger) -> None:
    file, away = factory.text("a.txt", TEXT), factory.folder / "away"
    outcome = read([file], ledger, lambda: shutil.move(file, away) if file.exists() else None)
    (record,) = records(outcome, ledger)
    assert [damage.kind for damage in record.damage] == ["missing"]
    assert record.verdict is Verdict.REVIEW
    shutil.move(away, file)
    after = read([file], ledger, do_nothing)
    assert after.read == 1
    assert records(after, ledger)[0].fields.date.value == "2025-05-03"


def test_file_that_reappears_is_read_in_the_same_run(factory: Factory, ledger: Ledger) -> None:
    file, away = factory.text("a.txt", TEXT), factory.folder / "away"
    moves = iter([lambda: shutil.move(file, away), lambda: shutil.move(away, file)])

    def move() -> None:
        next(moves, do_nothing)()

    outcome = read([file], ledger, move)
    assert records(outcome, ledger)[0].damage == ()


def test_equal_file_is_read_itself_when_the_one_that_is_read_for_both_is_away(
    factory: Factory, ledger: Ledger
) -> None:
    first, second = factory.text("a.txt", TEXT), factory.text("b.txt", TEXT)
    outcome = read([first, second], ledger, lambda: first.unlink(missing_ok=True))
    assert [r.document.name for r in records(outcome, ledger)] == ["a.txt", "b.txt"]
    assert {r.fields.date.value for r in records(outcome, ledger)} == {"2025-05-03"}


def test_unreadable_file_is_read_by_a_later_run(factory: Factory, ledger: Ledger) -> None:
    """Root may read every file, so a folder in the file's place is what cannot be read."""
    file, away = factory.text("a.txt", TEXT), factory.folder / "away"

    def exchange() -> None:
        if file.is_file():
            shutil.move(file, away)
            file.mkdir()

    outcome = read([file], ledger, exchange)
    assert records(outcome, ledger)[0].damage[0].kind in ("not_a_file", "unreadable")
    file.rmdir()
    shutil.move(away, file)
    assert records(read([file], ledger, do_nothing), ledger)[0].damage == ()


def test_reading_is_stored_under_the_hash_of_what_was_read(
    factory: Factory, ledger: Ledger
) -> None:
    file = factory.text("a.txt", TEXT)
    outcome = read([file], ledger, lambda: file.write_text(TEXT.replace("3 May", "4 May")) and None)
    assert records(outcome, ledger)[0].fields.date.value == "2025-05-04"
    file.write_text(TEXT)
    after = read([file], ledger, do_nothing)
    assert records(after, ledger)[0].fields.date.value == "2025-05-03"


def test_broken_file_is_not_read_again(factory: Factory, ledger: Ledger) -> None:
    file = factory.file("a.pdf", b"%PDF-1.5 nothing")
    assert read([file], ledger, do_nothing).read == 1
    again = read([file], ledger, do_nothing)
    assert again.read == 0
    assert records(again, ledger)[0].verdict is Verdict.REJECTED


def test_huge_file_is_not_hashed(factory: Factory, ledger: Ledger) -> None:
    file = factory.folder / "sparse.pdf"
    with file.open("wb") as hole:
        hole.truncate(10**12)
    assert list_files([file], ledger, max_bytes=1000) == {file: None}
    (record,) = records(read([file], ledger, do_nothing), ledger)
    assert [damage.kind for damage in record.damage] == ["too_large"]


def test_verify_finds_a_change_that_keeps_size_and_time(factory: Factory, ledger: Ledger) -> None:
    file = factory.text("a.txt", TEXT)
    before = file.stat()
    read([file], ledger, do_nothing)
    file.write_text(TEXT.replace("3 May", "4 May"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert read([file], ledger, do_nothing).read == 0
    verified = read([file], ledger, do_nothing, verify=True)
    assert verified.read == 1
    assert records(verified, ledger)[0].fields.date.value == "2025-05-04"


def test_file_of_a_damaged_reading_is_read_again(factory: Factory, tmp_path: Path) -> None:
    files = [factory.text(f"{n}.txt", TEXT.replace("3", str(n))) for n in (1, 2, 3)]
    with open_ledger(sqlite_url(tmp_path)) as ledger:
        first = records(read(files, ledger, do_nothing), ledger)
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as database:
        database.execute("UPDATE readings SET content = substr(content, 1, 40) WHERE id > 1")
        database.execute("UPDATE runs SET judged = 'other'")
        database.commit()
    with open_ledger(sqlite_url(tmp_path)) as ledger:
        cured = read(files, ledger, do_nothing)
        assert cured.read == 2
        plain = [r.model_copy(update={"seconds": 0.0}) for r in records(cured, ledger)]
    assert plain == [r.model_copy(update={"seconds": 0.0}) for r in first]
