"""One worker process: how it is started, spoken with and ended, and how it lives.

It leads a process group, so that its programs end with it, has a temporary folder and a
standard error of its own, and bounds its memory. It may be killed at any moment.
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
MAX_MEMORY = 4_000_000_000
"""Bytes of address space a worker may take: a real photo of 100 megapixels needs 1.5 GB."""
START_SECONDS = 120.0
"""Seconds in which a started worker says that it is ready; it takes one to two."""
LISTEN_SECONDS = 5.0
"""Seconds in which the last words of a worker that has ended are read."""
READY = "ready"
"""A worker's first word."""
_SIGNAL_WHEN_PARENT_DIES = 1  # PR_SET_PDEATHSIG of prctl(2)


class _OneThreadEach:
    """While processes are started: libraries that would use every core for one matrix
    product use one, unless the user has said otherwise. Workers are what runs side by side.
    """

    NAMES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")

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


_one_thread_each = _OneThreadEach()


class WorkerLost(Exception):
    """The worker of a task died, or was ended because the task took too long."""


class WorkerProcess:
    """One process, in a process group of its own, and the pipe to it."""

    def __init__(self) -> None:
        # Fresh interpreters: forking a process with threads (progress, OpenCV) can hang.
        context = multiprocessing.get_context("spawn")
        self._folder = temporary_folder()
        self._pipe, theirs = context.Pipe()
        self._words, errors = context.Pipe(duplex=False)
        given = (theirs, errors, self._folder)
        self._process = context.Process(target=_serve, args=given, daemon=True)
        with _one_thread_each:
            self._process.start()
        theirs.close()
        errors.close()
        self.pid = self._process.pid or 0
        self._lock, self._ended = threading.Lock(), False
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        """What the process and its programs print as errors goes to the log, line by line:
        libraries complain there of documents, and a terminal would show it all.
        """
        with open(os.dup(self._words.fileno()), "rb") as lines:  # noqa: PTH123  a descriptor
            for line in lines:
                log.debug(
                    "worker %d: %s", self.pid, ascii(line.decode("utf-8", "replace").rstrip())
                )

    @property
    def is_alive(self) -> bool:
        """Whether it runs, also where nobody has waited for its end."""
        # Asked of its sentinel: is_alive() would free the number of a dead process, and
        # `end` must not reach whoever gets it next.
        return not wait([self._process.sentinel], timeout=0)

    def is_ready(self) -> bool:
        """Whether the process came up, asked once before its first task."""
        try:
            return self._pipe.poll(START_SECONDS) and self._pipe.recv() == READY
        except (EOFError, OSError, pickle.UnpicklingError):
            return False

    def do(self, task: Callable[..., T], given: tuple[Any, ...], seconds: float) -> T:
        """The task's result, or its exception; raises WorkerLost."""
        try:
            self._pipe.send((task, given))
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
        """End the process and every program that it has started; once, whoever asks: on
        Ctrl-C the thread that it belongs to and the main one do so together. The pipe ends
        with the last who holds it: another thread may wait at it.
        """
        with self._lock:
            if self._ended:
                return
            self._ended = True
            for kill in (os.killpg, os.kill):
                with suppress(ProcessLookupError, PermissionError):
                    kill(self.pid, signal.SIGKILL)
            self._process.join()
            self._listener.join(LISTEN_SECONDS)
            self._words.close()
            shutil.rmtree(self._folder, ignore_errors=True)


def temporary_folder() -> Path:
    """A fresh folder for one worker's temporary files; raises NoRoom when there can be none."""
    try:
        return Path(tempfile.mkdtemp(prefix="ocr-extract-"))
    except OSError as error:
        raise_if_no_room(error)
        advice = "Set TMPDIR to a folder that may be written to."
        raise NoRoom("No temporary file can be made.", advice) from error


def _serve(pipe: Connection, errors: Connection, folder: Path) -> None:
    """A worker's life: a task, its result, until the pipe ends."""
    os.dup2(errors.fileno(), 2)
    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.WARNING)
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    from ocr_extract.volume.task import preload  # noqa: PLC0415  the parent needs it late

    prepare()
    with suppress(EOFError, BrokenPipeError):
        preload()  # a package that cannot be imported is no document's fault
        pipe.send(READY)
        while True:
            task, given = pipe.recv()
            pipe.send(_attempt(task, given))


def _attempt(task: Callable[..., object], given: tuple[Any, ...]) -> tuple[bool, object]:
    """Whether it was done, and the result; or what is the caller's to mend. Anything else
    ends this worker: that is known to cost one document, whatever state it was in.
    """
    try:
        return True, task(*given)
    except OcrExtractError as error:
        return False, error


def prepare() -> None:
    """What a fresh worker does first: it leads a group, so that its programs end with it;
    it ends with its parent, leaves Ctrl-C to it, takes one core, and bounds its memory.
    """
    with suppress(OSError):
        os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end_group)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SIGNAL_WHEN_PARENT_DIES, signal.SIGTERM)
        # The parent may have died before the system was asked to tell. Its number is compared:
        # in a container the parent itself is process 1.
        parent = multiprocessing.parent_process()
        if parent is not None and os.getppid() != parent.pid:
            _end_group()
    import cv2  # noqa: PLC0415  slow, and no part of the parent needs it

    cv2.setNumThreads(1)
    bound_memory()


def _end_group(*_: object) -> None:
    """End this process and every program that it has started, and leave no file: a parent
    that was killed removes nothing.
    """
    if tempfile.tempdir:
        shutil.rmtree(tempfile.tempdir, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


def resident(process: int) -> int:
    """Bytes of memory that a process holds now; 0 where the system does not say."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def bound_memory(most: int = MAX_MEMORY) -> None:
    """Bound the address space of this process and of the programs that it starts, so that
    a file that inflates costs one document and not the machine; bytes.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
    if soft == resource.RLIM_INFINITY or soft > allowed:
        with suppress(ValueError, OSError):  # macOS states the limit and refuses to set it
            resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))
