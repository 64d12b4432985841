"""Which files are read, how a file reaches its worker, and when it is read once more."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Any

import pytest

from ocr_extract.dates.priors import Context
from ocr_extract.errors import FilesNotShared
from ocr_extract.records import Damage, Document, Record, Verdict
from ocr_extract.settings import Settings
from ocr_extract.volume.ledger import Ledger, open_ledger
from ocr_extract.volume.scheduler import MAX_QUEUED, Task, read_all, readings_of, unread
from ocr_extract.volume.stored_reading import unpacked
from ocr_extract.volume.task import (
    ExtractedFile,
    extract_file,
    extract_here,
    extract_sent_file,
    extracted_file,
)
from ocr_extract.volume.workers.pool import InlineWorkers
from tests.factory import Factory

TASK = Task(Settings(year=2025), Context(2025))


class Lost(Exception):
    """A worker died."""


def _result(*kinds: str) -> ExtractedFile:
    """What a worker sends for a file with these kinds of damage."""
    damage = tuple(Damage(stage="read", kind=kind, effect="") for kind in kinds)
    document = Document(name="a", path="a", sha256="00")
    return extracted_file([Record(document=document, verdict=Verdict.ACCEPTED, damage=damage)])


class ScriptedWorkers:
    """Workers whose tasks end as `ends` says, in its order; the last one is repeated. They keep
    what they were asked.
    """

    def __init__(self, *ends: ExtractedFile | BaseException, shared: bool = True) -> None:
        self.size, self.sees_our_files = 2, shared
        self.asked: list[tuple[Any, ...]] = []
        self._ends = list(ends)

    def submit(self, task: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        self.asked.append((task, *arguments))
        end = self._ends.pop(0) if len(self._ends) > 1 else self._ends[0]
        future: Future[Any] = Future()
        if isinstance(end, CancelledError):
            future.cancel()
            future.set_running_or_notify_cancel()
        elif isinstance(end, BaseException):
            future.set_exception(end)
        else:
            future.set_result(end)
        return future

    def lost(self, error: BaseException) -> bool:
        return isinstance(error, Lost | CancelledError)


def _read(
    workers: Any, paths: Sequence[Path] = (Path("a.pdf"),), task: Task = TASK
) -> list[tuple[Path, ExtractedFile]]:
    told: list[tuple[Path, ExtractedFile]] = []
    results = list(read_all(paths, task, workers, lambda *each: told.append(each)))
    assert told == results
    return results


@pytest.mark.parametrize("error", [Lost(), CancelledError()])
def test_file_of_a_lost_worker_is_read_once_more(error: BaseException) -> None:
    workers = ScriptedWorkers(error, _result())
    assert _read(workers) == [(Path("a.pdf"), _result())]
    assert len(workers.asked) == 2


def test_file_that_loses_two_workers_is_for_review() -> None:
    workers = ScriptedWorkers(Lost())
    ((_, extracted),) = _read(workers)
    (record,) = unpacked(extracted.reading.content)
    assert (extracted.reading.damage, extracted.sha256) == (("worker_died",), None)
    assert record.verdict is Verdict.REVIEW
    assert len(workers.asked) == 2


@pytest.mark.parametrize(
    ("kinds", "tries"),
    [
        (["missing"], 2), (["unreadable"], 2), (["reader_garbage"], 2), (["tool_killed"], 2),
        (["broken", "tool_killed"], 2), (["broken"], 1), (["timeout"], 1), ([], 1),
    ],
)  # fmt: skip
def test_file_is_read_twice_when_its_damage_may_pass(kinds: list[str], tries: int) -> None:
    workers = ScriptedWorkers(_result(*kinds))
    assert _read(workers) == [(Path("a.pdf"), _result(*kinds))]
    assert len(workers.asked) == tries


def test_error_of_a_task_that_lost_no_worker_is_raised() -> None:
    with pytest.raises(ValueError, match="ours"):
        _read(ScriptedWorkers(ValueError("ours")))


@pytest.mark.parametrize("count", [0, 1, 2 * MAX_QUEUED, 2 * MAX_QUEUED + 1])
def test_every_file_is_read_and_few_are_queued(count: int) -> None:
    workers = ScriptedWorkers(_result())
    paths = [Path(f"{n}.pdf") for n in range(count)]
    results = read_all(paths, TASK, workers, lambda *_: None)
    first = next(results, None)
    assert len(workers.asked) == min(count, 2 * MAX_QUEUED)
    read = {path for path, _ in ([first] if first else []) + list(results)}
    assert read == set(paths)


def test_file_that_only_the_worker_misses_is_an_error(factory: Factory) -> None:
    here, gone = factory.text("a.txt", "x"), factory.folder / "none.txt"
    with pytest.raises(FilesNotShared, match=r"a\.txt") as caught:
        _read(ScriptedWorkers(_result("missing"), shared=False), [here])
    assert "--ship-files" in caught.value.advice
    for workers, path in (
        (ScriptedWorkers(_result("missing"), shared=False), gone),
        (ScriptedWorkers(_result("missing"), shared=True), here),
    ):
        assert _read(workers, [path])[0][1].reading.damage == ("missing",)


def test_workers_receive_absolute_paths(factory: Factory, monkeypatch: pytest.MonkeyPatch) -> None:
    path = factory.text("a.txt", "x")
    monkeypatch.chdir(factory.folder)
    workers = ScriptedWorkers(_result())
    assert _read(workers, [Path("a.txt")])[0][0] == Path("a.txt")
    assert workers.asked == [(extract_file, path, TASK.settings, TASK.context)]


def test_content_is_sent_up_to_the_size_limit(factory: Factory) -> None:
    task = Task(Settings(max_bytes=3), Context(), ship=True)
    small, large = factory.text("a.txt", "xyz"), factory.text("b.txt", "xyz!")
    gone = factory.folder / "none.txt"
    workers = ScriptedWorkers(_result())
    _read(workers, [small, large, gone], task)
    given = (task.settings, task.context)
    assert workers.asked == [
        (extract_sent_file, "a.txt", b"xyz", *given),
        (extract_file, large, *given),
        (extract_file, gone, *given),
    ]


def test_this_process_reads_without_a_limit_of_its_own(factory: Factory) -> None:
    asked: list[object] = []

    class Inline(InlineWorkers):
        def submit(self, task: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
            asked.append(task)
            return super().submit(task, *arguments)

    path = factory.text("a.txt", "Name: A B\nSignature: A B\nDate: 3 May 2025\n")
    ((_, extracted),) = _read(Inline(), [path], Task(TASK.settings, TASK.context, ship=True))
    assert asked == [extract_here]
    assert extracted.reading.damage == ()


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with open_ledger("sqlite://") as opened:
        yield opened


def test_one_file_of_each_content_and_suffix_is_read(ledger: Ledger) -> None:
    files = {
        Path("a.pdf"): "00", Path("b.PDF"): "00", Path("c.tif"): "00", Path("d.pdf"): "11",
        Path("e.pdf"): None, Path("f.pdf"): None,
    }  # fmt: skip
    names = [path.name for path in unread(files, TASK, ledger, again=False)]
    assert names == ["a.pdf", "c.tif", "d.pdf", "e.pdf", "f.pdf"]


def test_file_with_a_reading_is_read_again_only_for_a_fault_of_the_machine(ledger: Ledger) -> None:
    run = ledger.begin("", [])
    files: dict[Path, str | None] = {}
    for number, kinds in enumerate(((), ("broken",), ("timeout",))):
        path, sha256 = Path(f"{number}.pdf"), f"0{number}"
        files[path] = sha256
        ledger.add_reading(run, sha256, TASK.key(path), _result(*kinds).reading)
    assert set(readings_of(files, TASK, ledger)) == set(files)
    assert unread(files, TASK, ledger, again=False) == []
    assert unread(files, TASK, ledger, again=True) == [Path("2.pdf")]
    other = Task(Settings(year=2024), Context(2024))
    assert readings_of(files, other, ledger) == {}
    assert unread(files, other, ledger, again=False) == list(files)
