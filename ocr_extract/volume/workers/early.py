"""A worker process that starts while the run prepares itself."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ocr_extract.volume.workers.process import WorkerProcess


@contextmanager
def early_worker(paths: Sequence[Path], scheduler: str | None) -> Iterator[WorkerProcess | None]:
    """A process for LocalWorkers, started at once. It imports the modules for reading while its
    parent imports the database and reads the roster. It ends with the context, whether it was used
    or not. None when a cluster reads the files, or when a path does not exist and nothing will be
    read.
    """
    wanted = scheduler is None and all(map(os.path.exists, paths))
    process = WorkerProcess() if wanted else None
    try:
        yield process
    finally:
        if process is not None:
            process.end()
