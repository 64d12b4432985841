"""The program as process 1, as in a container, and its end by SIGTERM."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from tests.factory import Factory
from tests.fault_harness import ROOT, volume, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]
NAMESPACE = ("unshare", "--pid", "--fork", "--mount-proc")


def as_process_one(*arguments: str) -> subprocess.Popen[str]:
    probe = [*NAMESPACE, "true"]
    if shutil.which("unshare") is None or subprocess.run(probe, check=False).returncode:
        pytest.skip("no process namespace can be made here: unshare needs root")
    return start([*NAMESPACE, sys.executable, "-m", "ocr_extract", *arguments])


def start(command: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_run_as_process_one_reads_files(factory: Factory, tmp_path: Path) -> None:
    """The workers' parent has the number 1: they must not take themselves for orphans."""
    file = factory.agreement("a.pdf")
    done = as_process_one("run", str(file), "--year", "2025", "--out", str(tmp_path / "out"))
    output, errors = done.communicate(timeout=300)
    assert done.returncode == 0, output + errors
    assert "accepted" in output
    assert errors == ""


@pytest.mark.parametrize("is_process_one", [False, True], ids=["process", "process one"])
def test_sigterm_ends_a_run_with_advice(
    factory: Factory, tmp_path: Path, is_process_one: bool
) -> None:
    sufferer = volume(factory, 200)
    out = tmp_path / "out"
    arguments = ("run", str(sufferer.folder), "--roster", str(sufferer.roster), "--out", str(out))
    if is_process_one:
        process = as_process_one(*arguments)
    else:
        process = start([sys.executable, "-m", "ocr_extract", *arguments])
    wait_for(out / "ledger.sqlite-wal")
    time.sleep(1.0)
    inside = psutil.Process(process.pid).children(recursive=True)
    os.kill(inside[0].pid if is_process_one else process.pid, signal.SIGTERM)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 143, output + errors
    assert errors == "ocr-extract: interrupted; the same command goes on where it was.\n"
    assert psutil.wait_procs(inside, timeout=20)[1] == []
    assert sufferer.run(out).returncode == 1
