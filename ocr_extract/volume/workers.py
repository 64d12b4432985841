"""Who reads: this process, processes of this machine, or a Dask cluster. All take tasks the
same way (`concurrent.futures`), so that the run's code is one.

A worker that dies costs its own task only: that future says `WorkerLost`.
"""

from __future__ import annotations

import asyncio
import ctypes
import multiprocessing
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

import numpy as np
from pebble import ProcessExpired, ProcessPool

from ocr_extract.errors import LostCluster, MissingTool

T = TypeVar("T")
MOST_MEMORY = 4_000_000_000
"""Bytes of address space a worker may take: a real photo of 100 megapixels needs 1.5 GB."""
RECYCLED_FROM = 1_200_000_000
"""Bytes of memory that a worker holds after a task from which it is replaced: with both
networks loaded it holds 0.35 GB."""
CLUSTER_TRIES = 2
"""How often Dask gives a task to another worker when one dies."""
CONNECT_SECONDS = 20
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


class Workers(Protocol):
    """Takes tasks."""

    @property
    def size(self) -> int:
        """How many tasks run at a time."""
        ...

    def submit(self, task: Callable[..., T], /, *given: Any) -> Future[T]:
        """The future of task(*given)."""
        ...

    def lost(self, error: BaseException) -> bool:
        """Whether an error of a future is that its worker died, or took too long."""
        ...

    def renew(self) -> None:
        """Replace all workers, for one has grown too large."""
        ...


class Here:
    """This process: a task is done when it is submitted."""

    size = 1

    def submit(self, task: Callable[..., T], /, *given: Any) -> Future[T]:
        """The future, done already."""
        future: Future[T] = Future()
        future.set_result(task(*given))
        return future

    def lost(self, error: BaseException) -> bool:  # noqa: ARG002
        """Never: this process would be gone, too."""
        return False

    def renew(self) -> None:
        """There is nothing to replace."""


class LocalWorkers:
    """Processes of this machine, one core each; `seconds` a task, all told, may take."""

    def __init__(self, jobs: int, seconds: float) -> None:
        self.size = jobs
        self._seconds = seconds
        self._pool = self._fresh()

    def _fresh(self) -> ProcessPool:
        # Fresh interpreters: forking a process with threads (progress, OpenCV) can hang.
        context = multiprocessing.get_context("spawn")
        return ProcessPool(self.size, initializer=prepare, context=context)

    def submit(self, task: Callable[..., T], /, *given: Any) -> Future[T]:
        """The future of a task in some worker."""
        return self._pool.schedule(task, args=given, timeout=self._seconds)

    def lost(self, error: BaseException) -> bool:
        """Whether the worker died (a signal, out of memory) or was ended for its time."""
        return isinstance(error, ProcessExpired | TimeoutError)

    def renew(self) -> None:
        """New workers for the tasks to come; those at work end theirs."""
        self._pool.close()
        self._pool.join()
        self._pool = self._fresh()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is None:
            self._pool.close()
        else:
            self._pool.stop()
        self._pool.join()


class ClusterWorkers:
    """The workers of a Dask cluster, through its `concurrent.futures` face."""

    def __init__(self, executor: Executor, size: Callable[[], int]) -> None:
        self._executor = executor
        self._size = size

    @property
    def size(self) -> int:
        """Threads of all workers that are there now."""
        return max(1, self._size())

    def submit(self, task: Callable[..., T], /, *given: Any) -> Future[T]:
        """The future of a task in some worker of the cluster."""
        return self._executor.submit(task, *given)

    def lost(self, error: BaseException) -> bool:
        """Whether the task's workers died again and again."""
        if isinstance(error, CancelledError | asyncio.CancelledError):
            advice = "Start it again, and then the same command: what was read is kept."
            raise LostCluster("The cluster has gone away.", advice) from error
        return type(error).__name__ == "KilledWorker"

    def renew(self) -> None:
        """Dask's nannies replace workers that grow too large."""


@contextmanager
def cluster(address: str) -> Iterator[ClusterWorkers]:
    """The workers behind a scheduler's address (tcp://host:port). Raises MissingTool without
    Dask, LostCluster when nobody answers.
    """
    try:
        from distributed import Client  # noqa: PLC0415  an extra, and slow to import
    except ModuleNotFoundError as error:
        advice = "Install it: `pip install 'ocr-extract[cluster]'`."
        raise MissingTool("Dask is not installed.", advice) from error
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        advice = "Start one: `dask scheduler`, and `dask worker ADDRESS --nthreads 1`."
        raise LostCluster(f"No scheduler answers at {address}.", advice) from error
    with client:
        # Also in workers that come later.
        client.register_plugin(_preloading())
        executor = client.get_executor(retries=CLUSTER_TRIES, pure=False)
        yield ClusterWorkers(executor, lambda: sum(client.nthreads().values()))


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


def prepare() -> None:
    """What a fresh worker does first: it ends with its parent, leaves Ctrl-C to it, and
    bounds its memory.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    bound_memory()


def bound_memory(most: int = MOST_MEMORY) -> None:
    """Bound the address space of this process and of the programs that it starts, so that
    a file that inflates costs one document and not the machine; bytes.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
    if soft == resource.RLIM_INFINITY or soft > allowed:
        with suppress(ValueError, OSError):  # macOS states the limit and refuses to set it
            resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))
