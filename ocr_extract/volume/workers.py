"""Who reads: this process, processes of this machine, or a Dask cluster. All take tasks the
same way (`concurrent.futures`), so that the run's code is one.

A worker that dies costs its own task only, and its future says so.
"""

from __future__ import annotations

import asyncio
import ctypes
import math
import multiprocessing
import os
import pickle
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar, cast

import cv2
import numpy as np

from ocr_extract.errors import LostCluster, MissingTool, NoWorkers, OcrExtractError

T = TypeVar("T")
MOST_MEMORY = 4_000_000_000
"""Bytes of address space a worker may take: a real photo of 100 megapixels needs 1.5 GB."""
RECYCLED_FROM = 1_200_000_000
"""Bytes of memory that a worker holds after a task from which it is replaced: with both
networks loaded it holds 0.35 GB."""
STARTS = 3
"""How often a worker process is started before the machine is said to start none."""
START_SECONDS = 120.0
"""Seconds in which a started worker says that it is ready; it takes one to two."""
NO_WORKERS_ADVICE = (
    "See what the machine allows (memory, processes, /dev/shm), or run with --verbose."
)
CLUSTER_TRIES = 2
"""How often Dask gives a task to another worker when one dies."""
CONNECT_SECONDS = 20
ASK_EVERY = 5.0
"""Seconds between two questions for the number of the cluster's workers."""
START_AGAIN = "Start it again, and then the same command: what was read is kept."
READY = "ready"
"""A worker's first word."""
_SIGNAL_WHEN_PARENT_DIES = 1  # PR_SET_PDEATHSIG of prctl(2)


class Workers(Protocol):
    """Takes tasks."""

    @property
    def size(self) -> int:
        """How many tasks run at a time."""
        ...

    @property
    def sees_our_files(self) -> bool:
        """Whether a path means the same file to a task as it does here."""
        ...

    def submit(self, task: Callable[..., T], /, *given: Any) -> Future[T]:
        """The future of task(*given)."""
        ...

    def lost(self, error: BaseException) -> bool:
        """Whether an error of a future is that its worker died, or took too long."""
        ...


class Here:
    """This process: a task is done when it is submitted."""

    size = 1
    sees_our_files = True

    def submit(self, task: Callable[..., T], /, *given: Any) -> Future[T]:
        """The future, done already."""
        future: Future[T] = Future()
        future.set_result(task(*given))
        return future

    def lost(self, error: BaseException) -> bool:  # noqa: ARG002
        """Never: this process would be gone, too."""
        return False


class LocalWorkers:
    """Processes of this machine, one core each; a task may take `seconds`, all told, and a
    worker that then holds more than `most_memory` bytes is replaced.

    Each process has a pipe of its own and shares nothing: it may be killed at any moment,
    also while it sends, and costs its own task only (pools with shared queues break).
    """

    sees_our_files = True

    def __init__(self, jobs: int, seconds: float, most_memory: int = RECYCLED_FROM) -> None:
        self.size = jobs
        self._seconds, self._most_memory = seconds, most_memory
        self._own = threading.local()
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="worker")
        self._hands: set[_Hand] = set()

    def submit(self, task: Callable[..., T], /, *given: Any) -> Future[T]:
        """The future of a task in some worker."""
        return self._threads.submit(self._handed, task, given)

    def lost(self, error: BaseException) -> bool:
        """Whether the worker died (a signal, out of memory) or was ended for its time."""
        return isinstance(error, WorkerLost)

    def _handed(self, task: Callable[..., T], given: tuple[Any, ...]) -> T:
        """In a thread that has a process of its own: a dead or grown one is replaced."""
        hand: _Hand | None = getattr(self._own, "hand", None)
        if hand is not None and not hand.is_alive:
            self._retire(hand)
            hand = None
        if hand is None:
            hand = self._started()
        try:
            result: T = hand.do(task, given, self._seconds)
        except WorkerLost:
            self._retire(hand)
            raise
        if _resident(hand.pid) > self._most_memory:
            self._retire(hand)
        return result

    def _started(self) -> _Hand:
        """A process that is ready for tasks. Raises NoWorkers when none comes up: that is
        the machine's fault, and no document's.
        """
        for _ in range(STARTS):
            hand = self._own.hand = _Hand()
            self._hands.add(hand)
            if hand.is_ready():
                return hand
            self._retire(hand)
        raise NoWorkers("No worker process comes up on this machine.", NO_WORKERS_ADVICE)

    def _retire(self, hand: _Hand) -> None:
        hand.end()
        self._hands.discard(hand)
        self._own.hand = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is not None:
            # What waits is given up, and what runs is ended.
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._end_all()
        self._threads.shutdown()
        self._end_all()

    def _end_all(self) -> None:
        for hand in list(self._hands):
            hand.end()
        self._hands.clear()


class ClusterWorkers:
    """The workers of a Dask cluster, through its `concurrent.futures` face."""

    sees_our_files = False

    def __init__(self, executor: Executor, count: Callable[[], int]) -> None:
        self._executor = executor
        self._count = count
        self._size, self._asked = 1, -math.inf

    @property
    def size(self) -> int:
        """Threads of all workers that are there, asked for now and then."""
        now = time.monotonic()
        if now - self._asked > ASK_EVERY:
            self._size, self._asked = max(1, self._count()), now
        return self._size

    def submit(self, task: Callable[..., T], /, *given: Any) -> Future[T]:
        """The future of a task in some worker of the cluster."""
        return self._executor.submit(task, *given)

    def lost(self, error: BaseException) -> bool:
        """Whether the task's workers died again and again."""
        if isinstance(error, CancelledError | asyncio.CancelledError):
            raise LostCluster("The cluster has gone away.", START_AGAIN) from error
        return type(error).__name__ == "KilledWorker"


@contextmanager
def cluster(address: str) -> Iterator[ClusterWorkers]:
    """The workers behind a scheduler's address (tcp://host:port). Raises MissingTool without
    Dask, LostCluster when nobody answers or the scheduler goes away.
    """
    try:
        import dask  # noqa: PLC0415  an extra, and slow to import

        # It logs what we say in our own words.
        dask.config.set({"logging.distributed": "critical"})
        from distributed import Client  # noqa: PLC0415
        from distributed.comm.core import CommClosedError  # noqa: PLC0415
    except ModuleNotFoundError as error:
        advice = "Install it: `pip install 'ocr-extract[cluster]'`."
        raise MissingTool("Dask is not installed.", advice) from error
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        advice = "Start one: `dask scheduler`, and `dask worker ADDRESS --nthreads 1`."
        raise LostCluster(f"No scheduler answers at {address}.", advice) from error
    try:
        with client:
            # Also in workers that come later.
            client.register_plugin(_preloading())
            executor = client.get_executor(retries=CLUSTER_TRIES, pure=False)
            yield ClusterWorkers(executor, lambda: sum(client.nthreads().values()))
    except CommClosedError as error:
        raise LostCluster("The cluster has gone away.", START_AGAIN) from error


def _preloading() -> Any:
    """A plugin of Dask's workers that loads the models once a worker."""
    from distributed import WorkerPlugin  # noqa: PLC0415

    class Preload(WorkerPlugin):
        name = "ocr-extract-models"

        def setup(self, worker: object) -> None:  # noqa: ARG002
            preload()

    return Preload()


def preload() -> None:
    """Load the models, which takes half a second, before the first task."""
    from ocr_extract.readers.hands import Hands  # noqa: PLC0415

    Hands().readings([np.full((32, 64), 255, np.uint8)])


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


class _Hand:
    """One process, in a process group of its own, and the pipe to it."""

    def __init__(self) -> None:
        # Fresh interpreters: forking a process with threads (progress, OpenCV) can hang.
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        with _one_thread_each:
            self._process.start()
        theirs.close()
        self.pid = self._process.pid or 0
        self._lock, self._ended = threading.Lock(), False

    @property
    def is_alive(self) -> bool:
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


def _serve(pipe: Connection) -> None:
    """A worker's life: a task, its result, until the pipe ends."""
    prepare()
    with suppress(EOFError, BrokenPipeError):
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
    cv2.setNumThreads(1)
    bound_memory()


def _end_group(*_: object) -> None:
    """End this process and every program that it has started."""
    os.killpg(0, signal.SIGKILL)


def _resident(process: int) -> int:
    """Bytes of memory that a process holds now; 0 where the system does not say."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def bound_memory(most: int = MOST_MEMORY) -> None:
    """Bound the address space of this process and of the programs that it starts, so that
    a file that inflates costs one document and not the machine; bytes.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
    if soft == resource.RLIM_INFINITY or soft > allowed:
        with suppress(ValueError, OSError):  # macOS states the limit and refuses to set it
            resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))
