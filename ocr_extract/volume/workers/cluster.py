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
CLUSTER_TRIES = 2
"""How often Dask gives a task to another worker when one dies."""
CONNECT_SECONDS = 20
ASK_EVERY = 5.0
"""Seconds between two questions for the number of the cluster's workers."""
START_AGAIN = "Start it again, and then the same command: what was read is kept."


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
        from distributed import KilledWorker  # noqa: PLC0415  an extra

        return isinstance(error, KilledWorker)


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
    import numpy as np  # noqa: PLC0415

    from ocr_extract.recognition.date_recognizer import DateRecognizer  # noqa: PLC0415

    DateRecognizer().readings([np.full((32, 64), 255, np.uint8)])
