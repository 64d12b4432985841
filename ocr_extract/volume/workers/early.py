"""A worker that comes up while the run prepares itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ocr_extract.volume.workers.process import WorkerProcess


@contextmanager
def early_worker(*, wanted: bool) -> Iterator[WorkerProcess | None]:
    """A process for LocalWorkers, started at once: it imports what reading takes while its
    parent imports the database and reads the roster. It ends here whether it was used or not.
    """
    process = WorkerProcess() if wanted else None
    try:
        yield process
    finally:
        if process is not None:
            process.end()
