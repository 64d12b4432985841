"""Who reads: this process, or processes of this machine; tasks and futures are taken alike
(`concurrent.futures`), so that the run's code is one. For a Dask cluster see `cluster`.

A worker that dies costs its own task only, and its future says so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from ocr_extract.errors import NoWorkers
from ocr_extract.volume.workers.process import WorkerLost, WorkerProcess, resident

T = TypeVar("T")
RECYCLED_THRESHOLD = 1_200_000_000
"""Bytes of memory that a worker holds after a task from which it is replaced: with both
networks loaded it holds 0.35 GB."""
STARTS = 3
"""How often a worker process is started before the machine is said to start none."""
NO_WORKERS_ADVICE = (
    "See what the machine allows (memory, processes, /dev/shm), or run with --verbose."
)


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


class InlineWorkers:
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
    worker that then holds more than `most_memory` bytes is replaced. `early` is a process that
    was started while the run prepared itself.

    Each process has a pipe of its own and shares nothing: it may be killed at any moment,
    also while it sends, and costs its own task only (pools with shared queues break).
    """

    sees_our_files = True

    def __init__(
        self,
        jobs: int,
        seconds: float,
        most_memory: int = RECYCLED_THRESHOLD,
        early: WorkerProcess | None = None,
    ) -> None:
        self.size = jobs
        self._seconds, self._most_memory = seconds, most_memory
        self._own = threading.local()
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="worker")
        self._processes: set[WorkerProcess] = {early} if early else set()
        self._early = [early] if early else []

    def submit(self, task: Callable[..., T], /, *given: Any) -> Future[T]:
        """The future of a task in some worker."""
        return self._threads.submit(self._done_by_own, task, given)

    def lost(self, error: BaseException) -> bool:
        """Whether the worker died (a signal, out of memory) or was ended for its time."""
        return isinstance(error, WorkerLost)

    def _done_by_own(self, task: Callable[..., T], given: tuple[Any, ...]) -> T:
        """In a thread that has a process of its own: a dead or grown one is replaced."""
        process: WorkerProcess | None = getattr(self._own, "process", None)
        if process is not None and not process.is_alive:
            self._retire(process)
            process = None
        if process is None:
            process = self._started()
        try:
            result: T = process.do(task, given, self._seconds)
        except WorkerLost:
            self._retire(process)
            raise
        if resident(process.pid) > self._most_memory:
            self._retire(process)
        return result

    def _started(self) -> WorkerProcess:
        """A process that is ready for tasks. Raises NoWorkers when none comes up: that is
        the machine's fault, and no document's.
        """
        for _ in range(STARTS):
            process = self._own.process = self._taken_early() or WorkerProcess()
            self._processes.add(process)
            if process.is_ready():
                return process
            self._retire(process)
        raise NoWorkers("No worker process comes up on this machine.", NO_WORKERS_ADVICE)

    def _taken_early(self) -> WorkerProcess | None:
        """The process that was started before this pool was made, once."""
        with suppress(IndexError):
            return self._early.pop()
        return None

    def _retire(self, process: WorkerProcess) -> None:
        process.end()
        self._processes.discard(process)
        self._own.process = None

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
        for process in list(self._processes):
            process.end()
        self._processes.clear()
