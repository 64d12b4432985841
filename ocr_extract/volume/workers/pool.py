"""The workers that read: this process, or processes of this machine. All give `concurrent.futures`
futures, so that the code of a run is the same for each. For a Dask cluster see `cluster`.

A worker that dies loses only its own task. The task's future has the error.
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
MAX_RESIDENT_BYTES = 1_200_000_000
"""Resident memory, in bytes, above which a worker is replaced after a task (chosen: with both
networks loaded it has 0.35 GB)."""
MAX_STARTS = 3
"""How often a first worker process is started before NoWorkers is raised (chosen)."""
MAX_RESTARTS = 30
"""The same once a worker has come up: the machine does start workers, and something ends them
(chosen)."""
NO_WORKERS_ADVICE = (
    "See what the machine allows (memory, processes, /dev/shm), or run with --verbose."
)
"""What to do when no worker process starts."""


class Workers(Protocol):
    """What runs the tasks."""

    @property
    def size(self) -> int:
        """How many tasks run at the same time."""
        ...

    @property
    def sees_our_files(self) -> bool:
        """Whether a path means the same file to a task and to this process."""
        ...

    def submit(self, task: Callable[..., T], /, *arguments: Any) -> Future[T]:
        """The future of task(*arguments)."""
        ...

    def lost(self, error: BaseException) -> bool:
        """Whether the error of a future means that its worker died, or took too long."""
        ...


class InlineWorkers:
    """This process: a task runs when it is submitted."""

    size = 1
    sees_our_files = True

    def submit(self, task: Callable[..., T], /, *arguments: Any) -> Future[T]:
        """The future of a task that has run already. Raises the task's own error."""
        future: Future[T] = Future()
        future.set_result(task(*arguments))
        return future

    def lost(self, error: BaseException) -> bool:  # noqa: ARG002
        """Always False: if the worker died, this process would have died too."""
        return False


class LocalWorkers:
    """Processes of this machine, one core each. A task may take `seconds` of wall time. A worker
    with more than `max_memory` bytes of resident memory after a task is replaced. `early` is a
    process that was started while the run prepared itself.

    Each process has its own pipe and shares nothing with the others. It may be killed at any
    moment, also while it sends, and loses only its own task. (A pool with shared queues breaks in
    that case.)
    """

    sees_our_files = True

    def __init__(
        self,
        jobs: int,
        seconds: float,
        max_memory: int = MAX_RESIDENT_BYTES,
        early: WorkerProcess | None = None,
    ) -> None:
        self.size = jobs
        self._seconds, self._max_memory = seconds, max_memory
        self._of_thread = threading.local()
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="worker")
        self._processes: set[WorkerProcess] = {early} if early else set()
        self._early_processes = [early] if early else []
        self._has_started = False

    def submit(self, task: Callable[..., T], /, *arguments: Any) -> Future[T]:
        """The future of task(*arguments) in some worker."""
        return self._threads.submit(self._run_in_own_process, task, arguments)

    def lost(self, error: BaseException) -> bool:
        """Whether the worker died (a signal, out of memory), or was ended because of its time."""
        return isinstance(error, WorkerLost)

    def _run_in_own_process(self, task: Callable[..., T], arguments: tuple[Any, ...]) -> T:
        """Run a task in the process of this thread. A dead process is replaced before the task, and
        a process that uses too much memory after it. Raises WorkerLost.
        """
        process: WorkerProcess | None = getattr(self._of_thread, "process", None)
        if process is not None and not process.is_alive:
            self._retire(process)
            process = None
        if process is None:
            process = self._new_process()
        try:
            result: T = process.do(task, arguments, self._seconds)
        except WorkerLost:
            self._retire(process)
            raise
        if resident(process.pid) > self._max_memory:
            self._retire(process)
        return result

    def _new_process(self) -> WorkerProcess:
        """A process that is ready for tasks. Raises NoWorkers when none starts: that is a fault of
        the machine, and not of a document.
        """
        for _ in range(MAX_RESTARTS if self._has_started else MAX_STARTS):
            process = self._of_thread.process = self._take_early_process() or WorkerProcess()
            self._processes.add(process)
            if process.is_ready():
                self._has_started = True
                return process
            self._retire(process)
        raise NoWorkers("No worker process comes up on this machine.", NO_WORKERS_ADVICE)

    def _take_early_process(self) -> WorkerProcess | None:
        """The process that was started before this pool, at the first call; then None."""
        with suppress(IndexError):
            return self._early_processes.pop()
        return None

    def _retire(self, process: WorkerProcess) -> None:
        """End a process, and forget it."""
        process.end()
        self._processes.discard(process)
        self._of_thread.process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if kind is not None:
            # Waiting tasks are cancelled, and running ones are ended.
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._end_all()
        self._threads.shutdown()
        self._end_all()

    def _end_all(self) -> None:
        """End all processes."""
        for process in list(self._processes):
            process.end()
        self._processes.clear()
