"""Runs over several files: one record each, with any workers, also when workers die."""

import os
import random
import signal
import threading
import time
from pathlib import Path

import psutil
import pytest

from ocr_extract.records import Record, Verdict
from ocr_extract.settings import Settings
from ocr_extract.volume.plan import plan
from ocr_extract.volume.roster.roster import read_roster
from ocr_extract.volume.run import run
from tests.evidence_factory import bomb
from tests.factory import Factory, pages_of

YEAR = Settings(year=2025)
TEXT = "Name: {name}\nSignature: {name}\nDate: {day} May 2025\n"


def _volume(factory: Factory, count: int) -> list[Path]:
    return [
        factory.text(f"p{n:02d}.txt", TEXT.format(name=f"Signer {n}", day=n + 1))
        for n in range(count)
    ]


def _plain(records: tuple[Record, ...]) -> list[str]:
    return [r.model_copy(update={"seconds": 0.0}).to_json() for r in records]


def test_one_record_per_file_in_order_with_any_number_of_workers(factory: Factory) -> None:
    files = [*_volume(factory, 5), factory.file("bad.pdf", b"%PDF-1.5 nothing")]
    alone = run(plan(files), YEAR, jobs=1)
    assert [r.document.name for r in alone] == sorted(p.name for p in files)
    assert _plain(run(plan(files), YEAR, jobs=2)) == _plain(alone)


@pytest.mark.slow
def test_results_do_not_depend_on_workers_or_the_order_of_files(factory: Factory) -> None:
    odd = ("2015.05.19", "06/05/2025", "Vox/ Ox/ 25", "31 June 2025", "11/05/2025")
    files = _volume(factory, 9) + [
        factory.text(f"odd{n}.txt", f"Name: A B\nSignature: A B\nDate: {text}\n")
        for n, text in enumerate(odd)
    ]
    expected = sorted(_plain(run(files, Settings(), jobs=1)))
    assert any("year_slip" in line for line in expected)
    for jobs in (2, 3, 4):
        random.Random(jobs).shuffle(files)  # noqa: S311
        assert sorted(_plain(run(files, Settings(), jobs=jobs))) == expected


def test_progress_receives_every_file(factory: Factory) -> None:
    received: list[tuple[str, bool]] = []
    run(
        [*_volume(factory, 4), factory.agreement()],
        YEAR,
        jobs=2,
        progress=lambda path, extracted: received.append((path.name, extracted.flagged)),
    )
    # A text file does not say which form it is, and is flagged for that.
    assert sorted(received) == [("a.pdf", False), *((f"p{n:02d}.txt", True) for n in range(4))]


def test_records_have_their_papers(factory: Factory) -> None:
    bib = "@Proceedings{v, year = {2025}}\n@InProceedings{p00, title = {T}}"
    roster = read_roster(factory.text("v.bib", bib))
    first, second = run(_volume(factory, 2), Settings(), roster=roster)
    assert first.roster is not None
    assert first.roster.key == "p00"
    assert second.roster is None
    assert "unknown_paper" in [f.code for f in second.flags]
    assert "unknown_paper" not in [f.code for f in first.flags]


@pytest.mark.slow
def test_killed_worker_loses_no_record(factory: Factory) -> None:
    """kill -9 of a worker while it reads pages."""
    files = [factory.image(f"a{n}.tif", pages_of()) for n in range(4)]
    stop = threading.Event()
    killed: list[int] = []

    def kill_one() -> None:
        while not stop.is_set() and not killed:
            for child in psutil.Process().children(recursive=True):
                if _is_worker_at_work(child):
                    os.kill(child.pid, signal.SIGKILL)
                    killed.append(child.pid)
                    return
            time.sleep(0.02)

    killer = threading.Thread(target=kill_one)
    killer.start()
    records = run(files, YEAR, jobs=2)
    stop.set()
    killer.join()
    assert killed
    assert [r.document.name for r in records] == [f.name for f in files]
    assert all(r.verdict is Verdict.ACCEPTED for r in records)


def _is_worker_at_work(process: psutil.Process) -> bool:
    """A Python worker that has started a program of its own."""
    try:
        return "python" in process.name() and bool(process.children())
    except psutil.Error:
        return False


@pytest.mark.slow
def test_no_child_outlives_the_run(factory: Factory) -> None:
    before = {p.pid for p in psutil.Process().children(recursive=True)}
    run([factory.image(name, pages_of()) for name in ("a.tif", "b.tif")], YEAR, jobs=2)
    time.sleep(0.3)
    after = [p for p in psutil.Process().children(recursive=True) if p.pid not in before]
    assert [p.name() for p in after if "tesseract" in p.name() or "pdf" in p.name()] == []


@pytest.mark.slow
def test_document_that_takes_too_long_is_ended_by_the_system(factory: Factory) -> None:
    """The worker's processor time is limited. The other documents are read as usual."""
    files = [factory.file("a.pdf", bomb()), *_volume(factory, 2)]
    tight = Settings(year=2025, document_seconds=2)
    records = run(files, tight, isolated=True, jobs=1)
    assert [r.document.name for r in records] == [f.name for f in files]
    assert [d.kind for d in records[0].damage] == ["worker_died"]
    assert records[0].verdict is Verdict.REVIEW, "a fault of the machine does not reject a document"
