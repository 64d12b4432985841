"""Run over many files: read each once, judge them together, one record each."""

from __future__ import annotations

import math
import multiprocessing
import resource
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path

from ocr_extract.agreement import find_all
from ocr_extract.dates.priors import Context, context_of
from ocr_extract.findings import Findings
from ocr_extract.judge import judge
from ocr_extract.records import Damage, Document, Record
from ocr_extract.settings import Settings
from ocr_extract.volume.roster import Roster
from ocr_extract.volume.same_ink import with_same_ink
from ocr_extract.volume.second_look import second_look

Progress = Callable[[Findings], None]
QUEUED = 2
"""Tasks a worker that wait or run: those in flight are read again when one dies."""
MOST_MEMORY = 4_000_000_000
"""Bytes of address space a worker may take: a real photo of 100 megapixels needs 1.5 GB."""
Found = tuple[Findings, ...]
"""What was found in one file: one agreement, nearly always."""


def run(
    files: Sequence[Path],
    settings: Settings,
    *,
    roster: Roster | None = None,
    jobs: int = 1,
    isolated: bool = False,
    progress: Progress | None = None,
) -> tuple[Record, ...]:
    """A record for every agreement, in the order of the files, whatever happens to any of
    them; a file has one at least, also when nothing of it can be read.

    `isolated` reads in worker processes also with one job: only there are memory and
    processor time bounded. Raises MissingTool when tesseract or poppler is not installed.
    """
    found: dict[Path, Found] = {}
    for path, findings in _examined(files, settings, jobs, isolated=isolated):
        found[path] = findings
        if progress is not None:
            progress(findings[0])
    return judged([one for path in files for one in found[path]], settings, roster)


def judged(
    findings: Sequence[Findings], settings: Settings, roster: Roster | None = None
) -> tuple[Record, ...]:
    """Judge what was found: with the context that was given, then with what the documents
    say of one another.
    """
    given = _context(settings, roster)
    matches = [roster.match(f.document.name) if roster else None for f in findings]
    first = tuple(judge(f, given, settings, m) for f, m in zip(findings, matches, strict=True))
    return with_same_ink(second_look(first, given, settings))


def _context(settings: Settings, roster: Roster | None) -> Context:
    stated = context_of(settings.year, settings.start, settings.end)
    return stated if stated.known or roster is None else roster.context


def _examined(
    files: Sequence[Path], settings: Settings, jobs: int, *, isolated: bool
) -> Iterator[tuple[Path, Found]]:
    """Results as they come. A worker that dies costs the few files in flight another try,
    each in a worker of its own; then the pool goes on with the rest.
    """
    if jobs <= 1 and not isolated:
        for path in files:
            yield path, find_all(path, settings)
        return
    left = dict.fromkeys(files)
    while left:
        waiting: dict[Future[Found], Path] = {}
        try:
            for path, found in _in_processes(list(left), settings, jobs, waiting):
                del left[path]
                yield path, found
        except BrokenProcessPool:
            for path in list(dict.fromkeys(waiting.values())):
                del left[path]
                yield path, _alone(path, settings)


def _in_processes(
    files: Sequence[Path], settings: Settings, jobs: int, waiting: dict[Future[Found], Path]
) -> Iterator[tuple[Path, Found]]:
    """Few tasks are queued, so that memory stays bounded; `waiting` holds them."""
    with _pool(min(max(1, jobs), len(files))) as pool:
        for path in files:
            waiting[pool.submit(find_bounded, path, settings)] = path
            if len(waiting) >= QUEUED * jobs:
                yield from _done(waiting)
        while waiting:
            yield from _done(waiting)


def _done(waiting: dict[Future[Found], Path]) -> Iterator[tuple[Path, Found]]:
    finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
    for future in finished:
        found = future.result()
        yield waiting.pop(future), found


def find_bounded(path: Path, settings: Settings) -> Found:
    """`find_all` in a worker whose processor time for it is bounded: past it the system
    ends the worker, also inside of a library that never returns (SIGXCPU).
    """
    usage = resource.getrusage(resource.RUSAGE_SELF)
    allowed = math.ceil(usage.ru_utime + usage.ru_stime + settings.document_seconds)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard == resource.RLIM_INFINITY or allowed < hard:
        resource.setrlimit(resource.RLIMIT_CPU, (allowed, hard))
    return find_all(path, settings)


def _alone(path: Path, settings: Settings) -> Found:
    """A second try in a worker of its own; a worker that dies again is damage."""
    try:
        with _pool(1) as pool:
            return pool.submit(find_bounded, path, settings).result()
    except BrokenProcessPool:
        effect = "Reading it killed the worker twice: not read."
        damage = Damage(stage="read", kind="worker_died", effect=effect)
        return (Findings(Document(name=path.name, path=str(path)), damage=(damage,)),)


def _pool(jobs: int) -> ProcessPoolExecutor:
    # Fresh interpreters: forking a process with threads (progress, OpenCV) can hang.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=bound_memory)


def bound_memory(most: int = MOST_MEMORY) -> None:
    """Bound the address space of this process and of the programs that it starts, so that
    a file that inflates costs one document and not the machine; bytes.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
    if soft == resource.RLIM_INFINITY or soft > allowed:
        with suppress(ValueError, OSError):  # macOS states the limit and refuses to set it
            resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))
