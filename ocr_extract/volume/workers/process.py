"""One worker process: how it is started, used and ended, and what it does.

It leads a process group, so that the programs it starts end with it. It has its own temporary
folder and its own standard error, and its memory is limited. It may be killed at any moment.
"""

from __future__ import annotations

import ctypes
import logging
import multiprocessing
import os
import pickle
import resource
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, TypeVar, cast

from ocr_extract.errors import NoRoom, OcrExtractError, raise_if_no_room

T = TypeVar("T")
log = logging.getLogger(__name__)
MAX_ADDRESS_SPACE_BYTES = 4_000_000_000
"""Largest address space of a worker, in bytes (chosen: a real photo of 100 megapixels needs 1.5
GB)."""
MAX_START_SECONDS = 120.0
"""Longest time, in seconds, until a started worker says that it is ready (chosen; it takes one to
two)."""
MAX_LISTEN_SECONDS = 5.0
"""Longest wait, in seconds, for the last error messages of a worker that has ended (chosen)."""
READY = "ready"
"""The first message of a worker."""
_SIGNAL_WHEN_PARENT_DIES = 1
"""PR_SET_PDEATHSIG, an option of prctl(2), as defined by Linux."""


class _SingleThreadedLibraries:
    """While processes are started: libraries that would use every core for one matrix product use
    one thread, unless the user has set another number. The workers are what runs in parallel.
    """

    NAMES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    """Environment variables with the number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._set: list[str] = []

    def __enter__(self) -> None:
        self._lock.acquire()
        self._set = [name for name in self.NAMES if name not in os.environ]
        os.environ.update(dict.fromkeys(self._set, "1"))

    def __exit__(self, *_: object) -> None:
        for name in self._set:
            os.environ.pop(name, None)
        self._lock.release()


_single_threaded_libraries = _SingleThreadedLibraries()


class WorkerLost(Exception):
    """The worker of a task died, or was ended because the task took too long."""


class WorkerProcess:
    """One process in its own process group, and the pipe to it."""

    def __init__(self) -> None:
        # New interpreters: forking a process with threads (progress, OpenCV) can hang.
        context = multiprocessing.get_context("spawn")
        self._folder = temporary_folder()
        self._pipe, worker_end = context.Pipe()
        self._error_pipe, worker_errors = context.Pipe(duplex=False)
        arguments = (worker_end, worker_errors, self._folder)
        self._process = context.Process(target=_serve, args=arguments, daemon=True)
        with _single_threaded_libraries:
            self._process.start()
        worker_end.close()
        worker_errors.close()
        self.pid = self._process.pid or 0
        self._lock, self._ended = threading.Lock(), False
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        """Write to the log what the process and its programs print on standard error, line by line.
        Libraries print complaints about documents there, which a terminal should not show.
        """
        with open(os.dup(self._error_pipe.fileno()), "rb") as lines:  # noqa: PTH123  a descriptor
            for line in lines:
                log.debug(
                    "worker %d: %s", self.pid, ascii(line.decode("utf-8", "replace").rstrip())
                )

    @property
    def is_alive(self) -> bool:
        """Whether the process runs, also when nobody has waited for its end."""
        # The sentinel is asked: is_alive() would free the number of a dead process, and `end`
        # must not kill another process that gets this number.
        return not wait([self._process.sentinel], timeout=0)

    def is_ready(self) -> bool:
        """Whether the process has started. Call it once, before the first task."""
        try:
            return self._pipe.poll(MAX_START_SECONDS) and self._pipe.recv() == READY
        except (EOFError, OSError, pickle.UnpicklingError):
            return False

    def do(self, task: Callable[..., T], arguments: tuple[Any, ...], seconds: float) -> T:
        """The result of task(*arguments). Raises the task's own OcrExtractError, and WorkerLost
        when there is no answer within `seconds`.
        """
        try:
            self._pipe.send((task, arguments))
            answer = self._pipe.recv() if self._pipe.poll(seconds) else None
        except (EOFError, OSError, pickle.UnpicklingError):
            answer = None
        if answer is None:
            raise WorkerLost
        done, result = answer
        if not done:
            raise result
        return cast("T", result)

    def end(self) -> None:
        """End the process and every program that it has started. It may be called several times,
        also at the same time: after Ctrl-C the process's own thread and the main thread both call
        it. The pipe to the process stays open as long as a thread uses it: another thread may be
        waiting for an answer.
        """
        with self._lock:
            if self._ended:
                return
            self._ended = True
            for kill in (os.killpg, os.kill):
                with suppress(ProcessLookupError, PermissionError):
                    kill(self.pid, signal.SIGKILL)
            self._process.join()
            self._listener.join(MAX_LISTEN_SECONDS)
            self._error_pipe.close()
            shutil.rmtree(self._folder, ignore_errors=True)


def temporary_folder() -> Path:
    """A new folder for one worker's temporary files. Raises NoRoom when none can be created."""
    try:
        return Path(tempfile.mkdtemp(prefix="ocr-extract-"))
    except OSError as error:
        raise_if_no_room(error)
        advice = "Set TMPDIR to a folder that may be written to."
        raise NoRoom("No temporary file can be made.", advice) from error


def _serve(pipe: Connection, errors: Connection, folder: Path) -> None:
    """What a worker does: receive a task, send its outcome, until the pipe is closed."""
    os.dup2(errors.fileno(), 2)
    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.WARNING)
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    from ocr_extract.volume.task import preload  # noqa: PLC0415  the parent does not need it

    prepare()
    with suppress(EOFError, BrokenPipeError):
        preload()  # an import error here is not a fault of a document
        pipe.send(READY)
        while True:
            task, arguments = pipe.recv()
            pipe.send(_outcome(task, arguments))


def _outcome(task: Callable[..., object], arguments: tuple[Any, ...]) -> tuple[bool, object]:
    """(True, result) of a task, or (False, error) for an error that the user has to correct. Any
    other error ends this worker: then only one document is lost, whatever state the worker was in.
    """
    try:
        return True, task(*arguments)
    except OcrExtractError as error:
        return False, error


def prepare() -> None:
    """What a new worker does first: it leads a process group, so that its programs end with it. It
    ends with its parent, ignores Ctrl-C, uses one core, and limits its memory.
    """
    with suppress(OSError):
        os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end_group)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SIGNAL_WHEN_PARENT_DIES, signal.SIGTERM)
        # The parent may have died before prctl was called. Its number is compared with the
        # expected one: in a container the parent itself may be process 1.
        parent = multiprocessing.parent_process()
        if parent is not None and os.getppid() != parent.pid:
            _end_group()
    import cv2  # noqa: PLC0415  slow, and the parent does not need it

    cv2.setNumThreads(1)
    bound_memory()


def _end_group(*_: object) -> None:
    """End this process and every program that it has started, and remove its temporary files: a
    parent that was killed cannot remove them.
    """
    if tempfile.tempdir:
        shutil.rmtree(tempfile.tempdir, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


def resident(process: int) -> int:
    """Resident memory of a process, in bytes; 0 when the system does not say."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def bound_memory(max_bytes: int = MAX_ADDRESS_SPACE_BYTES) -> None:
    """Limit the address space of this process, and of the programs that it starts, to `max_bytes`.
    A file that needs huge memory then costs one document, and not the whole machine.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = max_bytes if hard == resource.RLIM_INFINITY else min(max_bytes, hard)
    if soft == resource.RLIM_INFINITY or soft > allowed:
        with suppress(ValueError, OSError):  # macOS reports the limit, but does not allow to set it
            resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))
