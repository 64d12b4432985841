"""Workers of this machine: real processes that die, hang, use too much memory, and fail."""

import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import psutil
import pytest

from ocr_extract.errors import MissingTool, NoRoom, NoWorkers
from ocr_extract.volume.workers.pool import InlineWorkers, LocalWorkers
from ocr_extract.volume.workers.process import WorkerLost, WorkerProcess

BALLAST: list[bytes] = []


def square(number: int) -> int:
    return number * number


def own_pid() -> int:
    return os.getpid()


def die(how: int) -> None:
    os.kill(os.getpid(), how)


def fail() -> None:
    raise MissingTool("no tool", "get one")


def crash() -> None:
    raise ValueError("a fault of ours")


def grow(size: int) -> int:
    BALLAST.append(b"x" * size)
    return os.getpid()


def hang_with_child(marker: str) -> None:
    child = subprocess.Popen(["sleep", "600"])
    Path(marker).write_text(str(child.pid))
    time.sleep(600)


def test_tasks_return_their_results() -> None:
    with LocalWorkers(2, seconds=60) as workers:
        futures = [workers.submit(square, n) for n in range(6)]
        assert [f.result() for f in futures] == [0, 1, 4, 9, 16, 25]


def test_worker_does_not_import_the_command_line_and_the_database() -> None:
    """Their import takes time, and reading a file needs neither."""
    code = (
        "import sys\n"
        "import ocr_extract.__main__, ocr_extract.volume.task\n"
        "heavy = {'sqlalchemy', 'alembic', 'typer', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def threads() -> tuple[int, str | None]:
    return cv2.getNumThreads(), os.environ.get("OPENBLAS_NUM_THREADS")


def test_worker_uses_one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    with LocalWorkers(2, seconds=60) as workers:
        assert workers.submit(threads).result() == (1, "1")
    assert "OPENBLAS_NUM_THREADS" not in os.environ
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    with LocalWorkers(1, seconds=60) as workers:
        assert workers.submit(threads).result() == (1, "3")


def test_inline_workers_return_results() -> None:
    assert InlineWorkers().submit(square, 3).result() == 9
    assert not InlineWorkers().lost(WorkerLost())


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV])
def test_worker_that_dies_loses_only_its_task(how: signal.Signals) -> None:
    with LocalWorkers(1, seconds=60) as workers:
        dead, after = workers.submit(die, how), workers.submit(square, 3)
        error = dead.exception()
        assert error is not None
        assert workers.lost(error)
        assert after.result() == 9


def test_idle_worker_that_is_killed_is_replaced() -> None:
    with LocalWorkers(1, seconds=60) as workers:
        first = workers.submit(own_pid).result()
        os.kill(first, signal.SIGKILL)
        while psutil.Process(first).status() != "zombie":
            time.sleep(0.01)
        time.sleep(0.5)  # its other threads end a moment after the first
        assert workers.submit(own_pid).result() != first


def test_worker_may_be_ended_by_several_threads_at_once() -> None:
    """After Ctrl-C the worker's own thread and the main thread both end it. There is no error, and
    no other process is killed.
    """
    for _ in range(5):
        process = WorkerProcess()
        with ThreadPoolExecutor(8) as threads:
            ends = [threads.submit(process.end) for _ in range(8)]
        assert [end.exception() for end in ends] == [None] * 8
        assert not psutil.pid_exists(process.pid)


def test_task_that_takes_too_long_is_ended_with_its_child_processes(tmp_path: Path) -> None:
    marker = tmp_path / "child"
    with LocalWorkers(1, seconds=6) as workers:
        late, after = workers.submit(hang_with_child, str(marker)), workers.submit(square, 4)
        assert isinstance(late.exception(), WorkerLost)
        assert after.result() == 16
    child = int(marker.read_text())
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == "zombie"


def test_error_for_the_user_is_the_error_of_the_future() -> None:
    with LocalWorkers(1, seconds=60) as workers:
        error = workers.submit(fail).exception()
        assert isinstance(error, MissingTool)
        assert error.advice == "get one"
        assert not workers.lost(error)


def test_unexpected_error_ends_the_worker() -> None:
    with LocalWorkers(1, seconds=60) as workers:
        assert isinstance(workers.submit(crash).exception(), WorkerLost)
        assert workers.submit(square, 5).result() == 25


def test_worker_with_too_much_memory_is_replaced() -> None:
    with LocalWorkers(1, seconds=60, max_memory=400_000_000) as workers:
        small = {workers.submit(own_pid).result() for _ in range(3)}
        assert len(small) == 1
        assert workers.submit(grow, 500_000_000).result() in small
        assert workers.submit(own_pid).result() not in small


def test_an_error_ends_all_workers_at_once(tmp_path: Path) -> None:
    marker = tmp_path / "child"
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt), LocalWorkers(2, seconds=600) as workers:  # noqa: PT012
        workers.submit(hang_with_child, str(marker))
        while not marker.exists():
            time.sleep(0.05)
        raise KeyboardInterrupt
    child = int(marker.read_text())
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == "zombie"
    assert time.monotonic() - started < 500


def complain(words: str) -> None:
    os.write(2, words.encode())


def leave_a_file() -> str:
    with tempfile.NamedTemporaryFile(delete=False) as file:
        return file.name


def hang_with_a_file(marker: str) -> None:
    Path(marker).write_text(leave_a_file())
    time.sleep(600)


def test_standard_error_of_a_worker_goes_to_the_log(
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logging.getLogger("ocr_extract"), "handlers", [])
    monkeypatch.setattr(logging.getLogger("ocr_extract"), "propagate", True)
    caplog.set_level("DEBUG", logger="ocr_extract")
    with LocalWorkers(1, seconds=60) as workers:
        workers.submit(complain, "libtiff: \x1b[31mbad tag\n").result()
        assert workers.submit(crash).exception() is not None
    assert r"libtiff: \x1b[31mbad tag" in caplog.text
    assert "ValueError: a fault of ours" in caplog.text
    assert capfd.readouterr().err == ""


def test_temporary_files_of_a_worker_are_removed(tmp_path: Path) -> None:
    marker = tmp_path / "name"
    with LocalWorkers(1, seconds=5) as workers:
        left = Path(workers.submit(leave_a_file).result())
        assert left.exists()
        assert workers.submit(hang_with_a_file, str(marker)).exception() is not None
        assert not left.exists()
        assert not Path(marker.read_text()).exists()


def test_workers_of_a_killed_parent_remove_their_temporary_files(tmp_path: Path) -> None:
    marker = tmp_path / "name"
    code = (
        "from tests.volume.workers.test_pool import LocalWorkers, hang_with_a_file\n"
        "if __name__ == '__main__':\n"
        f"    LocalWorkers(1, seconds=60).submit(hang_with_a_file, {str(marker)!r}).result()\n"
    )
    script = tmp_path / "parent.py"
    script.write_text(code)
    parent = subprocess.Popen([sys.executable, str(script)], env={**os.environ, "PYTHONPATH": "."})
    while not marker.exists() or not marker.read_text():
        assert parent.poll() is None
        time.sleep(0.05)
    children = psutil.Process(parent.pid).children(recursive=True)
    parent.kill()
    parent.wait()
    assert psutil.wait_procs(children, timeout=20)[1] == []
    assert not Path(marker.read_text()).exists()


def test_machine_that_starts_no_worker_is_an_error_and_not_damage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    with LocalWorkers(1, seconds=60) as workers:
        error = workers.submit(square, 3).exception()
    assert isinstance(error, NoWorkers)
    assert not workers.lost(error)


def test_missing_temporary_folder_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    with LocalWorkers(1, seconds=60) as workers:
        assert isinstance(workers.submit(square, 3).exception(), NoRoom)
