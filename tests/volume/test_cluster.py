"""A real Dask cluster on loopback: a scheduler and two workers, as processes."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.factory import Factory, pages_of
from tests.fault_harness import ROOT, Sufferer, looks, volume

pytest.importorskip(
    "distributed", reason="Dask is not installed: pip install 'ocr-extract[cluster]'"
)
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]


class Program:
    """A program whose words go to a file, for a pipe that nobody reads would fill up."""

    def __init__(self, log: Path, module: str, *options: str, before: tuple[str, ...] = ()) -> None:
        """`before` is a program that runs it; it stands in the log's folder, as a worker on
        another machine stands anywhere.
        """
        self.log = log
        with log.open("w") as words:
            self._process = subprocess.Popen(
                [*before, sys.executable, "-m", module, *options], stderr=words,
                start_new_session=True, cwd=log.parent,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )  # fmt: skip

    def said(self, pattern: str) -> str:
        end = time.monotonic() + 120
        while time.monotonic() < end:
            if match := re.search(pattern, self.log.read_text()):
                return match[0]
            time.sleep(0.05)
        raise AssertionError(f"never said {pattern}: {self.log.read_text()}")

    def end(self) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@dataclass
class Cluster:
    address: str
    scheduler: Program
    folder: Path
    workers: list[Program] = field(default_factory=list)

    def add_worker(self, before: tuple[str, ...] = ()) -> None:
        worker = Program(
            self.folder / f"worker{len(self.workers)}.log", "distributed.cli.dask_worker",
            self.address, "--nthreads", "1", "--no-dashboard", "--local-directory",
            str(self.folder), "--death-timeout", "60", before=before,
        )  # fmt: skip
        worker.said("Registered to")
        self.workers.append(worker)


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "dask"
    folder.mkdir()
    where = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    scheduler = Program(folder / "scheduler.log", "distributed.cli.dask_scheduler", *where)
    cluster = Cluster(scheduler.said(r"tcp://127\.0\.0\.1:\d+"), scheduler, folder)
    try:
        cluster.add_worker()
        cluster.add_worker()
        yield cluster
    finally:
        for program in (*cluster.workers, scheduler):
            program.end()


def test_a_cluster_gives_what_this_machine_gives_also_when_a_worker_is_killed(
    factory: Factory, dask: Cluster
) -> None:
    sufferer = volume(factory, 40)
    Factory(sufferer.folder).image("scan.tif", pages_of())
    local, far = factory.folder / "local", factory.folder / "far"
    sufferer.run(local)
    process = sufferer.start(far, "--scheduler", dask.address)
    _wait_for_readings(far / "ledger.sqlite", 3)
    dask.workers[0].end()
    _, complained = process.communicate(timeout=300)
    assert process.returncode == 1, complained
    assert looks(far) == looks(local)


def test_a_relative_path_means_the_same_to_a_worker_that_stands_elsewhere(
    factory: Factory, dask: Cluster
) -> None:
    sufferer = volume(factory, 6)
    local, far = factory.folder / "local", factory.folder / "far"
    sufferer.run(local)
    relative = replace(sufferer, folder=Path(os.path.relpath(sufferer.folder, ROOT)))
    done = relative.run(far, "--scheduler", dask.address)
    assert done.returncode == 1, done.stderr
    assert looks(far)["fields.csv"] == looks(local)["fields.csv"]


def test_a_worker_that_does_not_see_the_files_is_an_error_and_no_damage(
    factory: Factory, dask: Cluster
) -> None:
    sufferer = volume(factory, 6)
    hide = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs none "$0" && exec "$@"')
    hidden = (*hide, str(sufferer.folder))
    if shutil.which("unshare") is None or subprocess.run([*hidden, "true"], check=False).returncode:
        pytest.skip("no folder can be hidden here: unshare needs root")
    for worker in dask.workers:
        worker.end()
    dask.workers.clear()
    dask.add_worker(before=hidden)
    out = factory.folder / "out"
    done = sufferer.run(out, "--scheduler", dask.address)
    assert done.returncode == 2, done.stdout
    assert "does not find" in done.stderr
    assert "--ship-files" in done.stderr
    assert sufferer.run(out, "--scheduler", dask.address, "--ship-files").returncode == 1
    sufferer.run(factory.folder / "local")
    assert looks(out) == looks(factory.folder / "local")


def test_files_are_sent_where_there_is_no_shared_folder(factory: Factory, dask: Cluster) -> None:
    sufferer = volume(factory, 12)
    local, far = factory.folder / "local", factory.folder / "far"
    sufferer.run(local)
    sufferer.run(far, "--scheduler", dask.address, "--ship-files")
    assert looks(far) == looks(local)


def test_a_scheduler_that_goes_away_is_said_and_what_was_read_is_kept(
    factory: Factory, dask: Cluster
) -> None:
    sufferer = volume(factory, 400)
    out = factory.folder / "out"
    process = sufferer.start(out, "--scheduler", dask.address)
    _wait_for_readings(out / "ledger.sqlite", 3)
    dask.scheduler.end()
    _, complained = process.communicate(timeout=300)
    assert "Traceback" not in complained
    assert process.returncode == 2, complained
    assert "cluster" in complained
    assert sufferer.run(out).returncode == 1
    sufferer.run(factory.folder / "local")
    assert looks(out) == looks(factory.folder / "local")


def test_nobody_answers(factory: Factory) -> None:
    sufferer = Sufferer(volume(factory, 2).folder, factory.folder / "volume.bib")
    done = sufferer.run(factory.folder / "out", "--scheduler", "tcp://127.0.0.1:9")
    assert done.returncode == 2
    assert "No scheduler answers" in done.stderr


def _wait_for_readings(ledger: Path, least: int) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            with closing(sqlite3.connect(ledger, timeout=5)) as database:
                if database.execute("SELECT count(*) FROM readings").fetchone()[0] >= least:
                    return
        except sqlite3.OperationalError:
            pass
        time.sleep(0.05)
    raise AssertionError("nothing was ever read")
