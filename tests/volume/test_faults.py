"""Faults during a run: the next run gives the same results as a run without faults.

The volume is small here. `make soak` runs the same tests over OCR_EXTRACT_SOAK documents.
"""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.factory import Factory, pages_of
from tests.fault_harness import (
    Sufferer,
    kill_some_worker,
    looks,
    sabotaged,
    sabotaged_tesseract,
    volume,
    wait_for,
)

COUNT = int(os.environ.get("OCR_EXTRACT_SOAK", "60"))
"""Number of documents."""
MAX_KILLS = 8 if COUNT <= 60 else 40
"""Largest number of times that a run or a worker is killed (chosen)."""
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]


@pytest.fixture(scope="module")
def suffering(tmp_path_factory: pytest.TempPathFactory) -> Sufferer:
    return volume(Factory(tmp_path_factory.mktemp("faults")), COUNT)


@pytest.fixture(scope="module")
def undisturbed(suffering: Sufferer) -> dict[str, object]:
    out = suffering.folder.parent / "undisturbed"
    assert suffering.run(out).returncode == 1
    return looks(out)


def test_run_over_unchanged_files_reads_nothing(
    suffering: Sufferer, undisturbed: dict[str, object]
) -> None:
    out = suffering.folder.parent / "undisturbed"
    before = {path.name: path.stat().st_mtime_ns for path in out.iterdir() if path.suffix == ".csv"}
    done = suffering.run(out)
    assert "nothing new to read" in done.stdout
    after = {path.name: path.stat().st_mtime_ns for path in out.iterdir() if path.suffix == ".csv"}
    assert after == before
    assert looks(out) == undisturbed


def test_run_killed_at_any_moment_can_be_continued(
    suffering: Sufferer, undisturbed: dict[str, object], tmp_path: Path
) -> None:
    rng = random.Random(7)  # noqa: S311
    out = tmp_path / "out"
    kills = 0
    while kills < MAX_KILLS and not suffering.run_killed(out, rng.uniform(0.4, 1.8)):
        kills += 1
    suffering.run(out)
    assert kills >= 2
    assert looks(out) == undisturbed


def test_workers_killed_at_any_moment_lose_no_result(
    suffering: Sufferer, undisturbed: dict[str, object], tmp_path: Path
) -> None:
    rng = random.Random(8)  # noqa: S311
    process = suffering.start(tmp_path / "out")
    ended = threading.Event()

    def drain() -> None:
        process.communicate()
        ended.set()

    threading.Thread(target=drain).start()
    killed, pause = 0, 0.1
    while not ended.wait(pause) and killed < MAX_KILLS:
        killed += kill_some_worker(process, rng)
        pause = rng.uniform(0.5, 2.0) if killed else 0.1
    ended.wait()
    assert killed >= 1
    assert process.returncode == 1
    # A document whose worker was killed twice has damage, and can be read again.
    suffering.run(tmp_path / "out", "--again")
    assert looks(tmp_path / "out", again=True) == undisturbed


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here: mount needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_full_disk_is_reported_and_the_run_can_be_continued(
    suffering: Sufferer, undisturbed: dict[str, object], small_disk: Path, tmp_path: Path
) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * 200_000)
    stopped = suffering.run(small_disk / "out")
    assert stopped.returncode == 2, stopped.stderr
    assert "room" in stopped.stderr
    filler.unlink()
    grow = ["mount", "-o", "remount,size=400m", str(small_disk)]
    subprocess.run(grow, check=True)
    assert suffering.run(small_disk / "out").returncode == 1
    assert looks(small_disk / "out") == undisturbed


def test_ledger_of_another_run_is_refused(
    suffering: Sufferer, undisturbed: dict[str, object], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    first = suffering.start(out)
    wait_for(out / "ledger.sqlite-wal")
    first.send_signal(signal.SIGSTOP)
    second = suffering.run(out)
    first.send_signal(signal.SIGCONT)
    assert second.returncode == 2
    assert "Another run is writing to this ledger" in second.stderr
    first.communicate()
    assert first.returncode == 1
    assert looks(out) == undisturbed


def test_run_waits_for_a_ledger_locked_by_another_program(
    suffering: Sufferer, undisturbed: dict[str, object], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run = suffering.start(out)
    wait_for(out / "ledger.sqlite-wal")
    with closing(sqlite3.connect(out / "ledger.sqlite", timeout=20)) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(2)
        other.rollback()
    run.communicate()
    assert run.returncode == 1
    assert looks(out) == undisturbed


def test_files_that_disappear_for_a_moment_are_read_later(
    suffering: Sufferer, undisturbed: dict[str, object], tmp_path: Path
) -> None:
    """An unreliable network drive: files are missing while the run reads, some also at its end."""
    rng = random.Random(9)  # noqa: S311
    out, away = tmp_path / "out", tmp_path / "away"
    away.mkdir()
    names = sorted(path.name for path in suffering.folder.iterdir())
    process = suffering.start(out)
    wait_for(out / "ledger.sqlite-wal")
    ended = threading.Event()
    threading.Thread(target=lambda: (process.communicate(), ended.set())).start()
    while not ended.wait(0.02):
        moved = rng.sample(names, max(1, COUNT // 12))
        for name in moved:
            shutil.move(suffering.folder / name, away / name)
        ended.wait(0.02)
        for name in moved:
            shutil.move(away / name, suffering.folder / name)
    assert process.returncode == 1
    # No reading of a missing file is stored: the same command reads it.
    suffering.run(out)
    assert looks(out) == undisturbed


def test_full_temporary_folder_is_reported_and_the_run_can_be_continued(
    scanned: Sufferer, small_disk: Path, tmp_path: Path
) -> None:
    """No document gets damage from it, and the run can be continued once there is room."""
    scanned.run(tmp_path / "expected")
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * 290_000)
    full = replace(scanned, environment={"TMPDIR": str(small_disk)})
    stopped = full.run(tmp_path / "out")
    assert stopped.returncode == 2, stopped.stdout
    assert "TMPDIR" in stopped.stderr
    filler.unlink()
    subprocess.run(["mount", "-o", "remount,size=400m", str(small_disk)], check=True)
    assert full.run(tmp_path / "out").returncode == 1
    assert looks(tmp_path / "out") == looks(tmp_path / "expected")
    assert list(small_disk.iterdir()) == []


@pytest.mark.parametrize("program", ["tesseract", "pdftoppm", "pdfinfo"])
def test_document_is_read_again_when_a_program_is_killed_once(
    scanned: Sufferer, tmp_path: Path, program: str
) -> None:
    """For example because the system ran out of memory. The document is read again at once."""
    Factory(scanned.folder).annotated_scan("p00002Permission.pdf")
    scanned.run(tmp_path / "expected")
    environment = sabotaged(tmp_path, program, 'touch "$DONE"; kill -9 $$')
    killed = replace(scanned, environment=environment)
    killed.run(tmp_path / "out")
    assert (tmp_path / "programs" / "done").exists()
    assert looks(tmp_path / "out") == looks(tmp_path / "expected")


def test_again_reads_a_document_whose_program_was_always_killed(
    scanned: Sufferer, tmp_path: Path
) -> None:
    scanned.run(tmp_path / "expected")
    killed = replace(scanned, environment=sabotaged(tmp_path, "tesseract", "kill -9 $$"))
    killed.run(tmp_path / "out")
    first, _ = records_in(tmp_path / "out")
    assert [damage["kind"] for damage in first["damage"]] == ["tool_killed"]  # type: ignore[index]
    assert first["verdict"] == "review"
    scanned.run(tmp_path / "out", "--again")
    assert looks(tmp_path / "out", again=True) == looks(tmp_path / "expected")


@pytest.fixture
def scanned(factory: Factory) -> Sufferer:
    folder = factory.folder / "scans"
    folder.mkdir()
    Factory(folder).image("p00000Permission.tif", pages_of())
    (folder / "p00001Permission.txt").write_text("Name: A B\nSignature: A B\nDate: 3 May 2025\n")
    bib = "@Proceedings{v, year = {2025}}\n@InProceedings{p00000,}\n@InProceedings{p00001,}\n"
    return Sufferer(folder, factory.text("v.bib", bib), extra=("--jobs", "2"))


@pytest.mark.parametrize(
    "sabotage",
    ['touch "$DONE"; kill -9 $PPID', 'touch "$DONE"; kill -SEGV $PPID; sleep 60'],
    ids=["killed", "segfault"],
)
def test_document_is_read_again_when_a_program_kills_its_worker_once(
    scanned: Sufferer, tmp_path: Path, sabotage: str
) -> None:
    scanned.run(tmp_path / "expected")
    bad = replace(scanned, environment=sabotaged_tesseract(tmp_path, sabotage))
    bad.run(tmp_path / "out")
    assert (tmp_path / "programs" / "done").exists()
    assert looks(tmp_path / "out") == looks(tmp_path / "expected")


def test_program_that_kills_every_worker_damages_one_document(
    scanned: Sufferer, tmp_path: Path
) -> None:
    bad = replace(scanned, environment=sabotaged_tesseract(tmp_path, "kill -9 $PPID; sleep 60"))
    done = bad.run(tmp_path / "out")
    assert "2 agreements" in done.stdout
    first, second = looks(tmp_path / "out")["records"]  # type: ignore[misc]
    assert [d["kind"] for d in first["damage"]] == ["worker_died"]
    assert second["damage"] == []
    again = scanned.run(tmp_path / "out")
    assert "nothing new to read" in again.stdout
    cured = scanned.run(tmp_path / "out", "--again")
    assert "1 file read" in cured.stdout
    first, _ = records_in(tmp_path / "out")
    assert first["damage"] == []


def records_in(out: Path) -> list[dict[str, list[object]]]:
    return [json.loads(line) for line in (out / "records.jsonl").read_text().splitlines()]


def test_program_that_hangs_damages_one_document(scanned: Sufferer, tmp_path: Path) -> None:
    """The first limit to be exceeded is the program's, and then the document's."""
    for number, setting in enumerate(("read_timeout = 2", "document_timeout = 8")):
        folder = tmp_path / str(number)
        folder.mkdir()
        settings = folder / "settings.toml"
        settings.write_text(setting)
        environment = sabotaged_tesseract(folder, "sleep 600")
        bad = replace(scanned, environment=environment, extra=("--settings", str(settings)))
        done = bad.run(folder / "out")
        assert "2 agreements" in done.stdout
        first, second = records_in(folder / "out")
        assert first["damage"]
        assert second["damage"] == []


def test_files_read_before_a_kill_are_not_read_again(suffering: Sufferer, tmp_path: Path) -> None:
    out = tmp_path / "out"
    process = suffering.start(out)
    wait_for(out / "ledger.sqlite-wal")
    ledger = out / "ledger.sqlite"
    while _readings(ledger) < 5:
        time.sleep(0.05)
    process.kill()
    process.communicate()
    stored = _readings(ledger)
    done = suffering.run(out)
    files = len(list(suffering.folder.iterdir()))
    assert stored >= 5
    assert f"({_readings(ledger) - stored} files read)" in done.stdout
    assert _readings(ledger) <= files
    shutil.rmtree(out)


def test_ctrl_c_is_reported_and_the_run_can_be_continued(
    suffering: Sufferer, undisturbed: dict[str, object], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = suffering.start(out)
    while _readings(out / "ledger.sqlite") < 3:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert errors == "ocr-extract: interrupted; the same command goes on where it was.\n"
    suffering.run(out)
    assert looks(out) == undisturbed


def _readings(ledger: Path) -> int:
    try:
        with closing(sqlite3.connect(ledger, timeout=20)) as database:
            return int(database.execute("SELECT count(*) FROM readings").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
