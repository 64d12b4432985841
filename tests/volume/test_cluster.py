"""A real Dask cluster on the loopback interface: a scheduler and two workers, as processes."""

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
    """A program whose standard error goes to a file: a pipe that nobody reads would fill up."""

    def __init__(self, log: Path, module: str, *options: str, before: tuple[str, ...] = ()) -> None:
        """`before` is a command that runs the program. The working folder is the log's folder: a
        worker on another machine has another working folder, too.
        """
        self.log = log
        with log.open("w") as output:
            self._process = subprocess.Popen(
                [*before, sys.executable, "-m", module, *options], stderr=output,
                start_new_session=True, cwd=log.parent,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )  # fmt: skip

    def wait_for_message(self, pattern: str) -> str:
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
        worker.wait_for_message("Registered to")
        self.workers.append(worker)


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "dask"
    folder.mkdir()
    where = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    scheduler = Program(folder / "scheduler.log", "distributed.cli.dask_scheduler", *where)
    cluster = Cluster(scheduler.wait_for_message(r"tcp://127\.0\.0\.1:\d+"), scheduler, folder)
    try:
        cluster.add_worker()
        cluster.add_worker()
        yield cluster
    finally:
        for program in (*cluster.workers, scheduler):
            program.end()


def test_cluster_with_a_killed_worker_gives_the_same_results(
    factory: Factory, dask: Cluster
) -> None:
    sufferer = volume(factory, 40)
    Factory(sufferer.folder).image("scan.tif", pages_of())
    local, remote = factory.folder / "local", factory.folder / "remote"
    sufferer.run(local)
    process = sufferer.start(remote, "--scheduler", dask.address)
    _wait_for_readings(remote / "ledger.sqlite", 3)
    dask.workers[0].end()
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 1, errors
    assert looks(remote) == looks(local)


def test_relative_paths_work_for_workers_with_another_working_folder(
    factory: Factory, dask: Cluster
) -> None:
    sufferer = volume(factory, 6)
    local, remote = factory.folder / "local", factory.folder / "remote"
    sufferer.run(local)
    relative = replace(sufferer, folder=Path(os.path.relpath(sufferer.folder, ROOT)))
    done = relative.run(remote, "--scheduler", dask.address)
    assert done.returncode == 1, done.stderr
    assert looks(remote)["fields.csv"] == looks(local)["fields.csv"]


def test_workers_without_access_to_the_files_are_an_error_and_not_damage(
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


def test_sent_files_give_the_same_results(factory: Factory, dask: Cluster) -> None:
    sufferer = volume(factory, 12)
    local, remote = factory.folder / "local", factory.folder / "remote"
    sufferer.run(local)
    sufferer.run(remote, "--scheduler", dask.address, "--ship-files")
    assert looks(remote) == looks(local)


def test_lost_scheduler_is_reported_and_readings_are_kept(factory: Factory, dask: Cluster) -> None:
    sufferer = volume(factory, 400)
    out = factory.folder / "out"
    process = sufferer.start(out, "--scheduler", dask.address)
    _wait_for_readings(out / "ledger.sqlite", 3)
    dask.scheduler.end()
    _, errors = process.communicate(timeout=300)
    assert "Traceback" not in errors
    assert process.returncode == 2, errors
    assert "cluster" in errors
    assert sufferer.run(out).returncode == 1
    sufferer.run(factory.folder / "local")
    assert looks(out) == looks(factory.folder / "local")


def test_unreachable_scheduler_is_reported(factory: Factory) -> None:
    sufferer = Sufferer(volume(factory, 2).folder, factory.folder / "volume.bib")
    done = sufferer.run(factory.folder / "out", "--scheduler", "tcp://127.0.0.1:9")
    assert done.returncode == 2
    assert "No scheduler answers" in done.stderr


def _wait_for_readings(ledger: Path, min_count: int) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            with closing(sqlite3.connect(ledger, timeout=5)) as database:
                if database.execute("SELECT count(*) FROM readings").fetchone()[0] >= min_count:
                    return
        except sqlite3.OperationalError:
            pass
        time.sleep(0.05)
    raise AssertionError("nothing was ever read")
