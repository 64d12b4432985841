"""A worker that comes up while the run prepares itself."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ocr_extract.volume.workers.process import WorkerProcess


@contextmanager
def early_worker(paths: Sequence[Path], scheduler: str | None) -> Iterator[WorkerProcess | None]:
    """A process for LocalWorkers, started at once: it imports what reading takes while its
    parent imports the database and reads the roster. It ends here whether it was used or not.
    None where a cluster reads, or a path is not there, so that nothing will be read.
    """
    wanted = scheduler is None and all(map(os.path.exists, paths))
    process = WorkerProcess() if wanted else None
    try:
        yield process
    finally:
        if process is not None:
            process.end()
