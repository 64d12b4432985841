"""The workers of a Dask cluster."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from typing import Any, TypeVar

from ocr_extract.errors import LostCluster, MissingTool

T = TypeVar("T")
TASK_RETRIES = 2
"""How often Dask gives a task to another worker when one dies (chosen)."""
CONNECT_SECONDS = 20
"""Longest wait for the scheduler's answer, in seconds (chosen)."""
SIZE_REFRESH_SECONDS = 5.0
"""Seconds between two requests for the number of the cluster's workers (chosen)."""
RESTART_ADVICE = "Start it again, and then the same command: what was read is kept."
"""What to do when the cluster is lost."""


class ClusterWorkers:
    """The workers of a Dask cluster, through its `concurrent.futures` interface."""

    sees_our_files = False

    def __init__(self, executor: Executor, count: Callable[[], int]) -> None:
        self._executor = executor
        self._count = count
        self._size, self._asked_at = 1, -math.inf

    @property
    def size(self) -> int:
        """The number of threads of all present workers; the cluster is asked from time to time."""
        now = time.monotonic()
        if now - self._asked_at > SIZE_REFRESH_SECONDS:
            self._size, self._asked_at = max(1, self._count()), now
        return self._size

    def submit(self, task: Callable[..., T], /, *arguments: Any) -> Future[T]:
        """The future of task(*arguments) in a worker of the cluster."""
        return self._executor.submit(task, *arguments)

    def lost(self, error: BaseException) -> bool:
        """Whether the workers of a task died at each try. Raises LostCluster when the whole cluster
        is lost.
        """
        if isinstance(error, CancelledError | asyncio.CancelledError):
            raise LostCluster("The cluster has gone away.", RESTART_ADVICE) from error
        from distributed import KilledWorker  # noqa: PLC0415  optional

        return isinstance(error, KilledWorker)


@contextmanager
def cluster(address: str) -> Iterator[ClusterWorkers]:
    """The workers of the scheduler at this address (tcp://host:port). Raises MissingTool without
    Dask, and LostCluster when no scheduler answers or the scheduler stops.
    """
    try:
        import dask  # noqa: PLC0415  optional, and slow to import

        # Dask logs errors that we report ourselves.
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
            # The plugin also runs in workers that join later.
            client.register_plugin(_preload_plugin())
            executor = client.get_executor(retries=TASK_RETRIES, pure=False)
            yield ClusterWorkers(executor, lambda: sum(client.nthreads().values()))
    except CommClosedError as error:
        raise LostCluster("The cluster has gone away.", RESTART_ADVICE) from error


def _preload_plugin() -> Any:
    """A plugin for Dask's workers that loads the models once in each worker."""
    from distributed import WorkerPlugin  # noqa: PLC0415

    class Preload(WorkerPlugin):
        name = "ocr-extract-models"

        def setup(self, worker: object) -> None:  # noqa: ARG002
            preload()

    return Preload()


def preload() -> None:
    """Load the models before the first task. It takes half a second."""
    import numpy as np  # noqa: PLC0415

    from ocr_extract.recognition.date_recognizer import DateRecognizer  # noqa: PLC0415

    DateRecognizer().readings([np.full((32, 64), 255, np.uint8)])
