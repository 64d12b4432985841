"""A worker's task: its limit of processor time, files that were sent, and what is sent back."""

import errno
import hashlib
import resource
import shutil
import tempfile
from pathlib import Path

import pytest

from ocr_extract import extraction
from ocr_extract.dates.priors import Context
from ocr_extract.errors import NoRoom
from ocr_extract.records import Damage, Document, Record, Verdict
from ocr_extract.settings import Settings
from ocr_extract.volume.stored_reading import unpacked
from ocr_extract.volume.task import (
    MAX_TRIES,
    TEMPORARY_PREFIX,
    extract_file,
    extract_here,
    extract_sent_file,
    extracted_file,
    lost_file,
)
from ocr_extract.volume.workers.pool import LocalWorkers
from tests.factory import Factory

SETTINGS, CONTEXT = Settings(year=2025), Context(2025)
TEXT = "Name: Ana Li\nSignature: Ana Li\nDate: 3 May 2025\n"


def _record(verdict: Verdict, *kinds: str) -> Record:
    damage = tuple(Damage(stage="read", kind=kind, effect="") for kind in kinds)
    return Record(
        document=Document(name="a", path="a", sha256="00"), verdict=verdict, damage=damage
    )


def _limits(path: Path, settings: Settings) -> tuple[float, int, int, int]:
    """Processor time used before a file was read, and the limits: soft, hard, and hard before."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard_before = resource.getrlimit(resource.RLIMIT_CPU)
    extract_file(path, settings, CONTEXT)
    return (usage.ru_utime + usage.ru_stime, *resource.getrlimit(resource.RLIMIT_CPU), hard_before)


def test_each_file_has_its_own_limit_of_processor_time(factory: Factory) -> None:
    path = factory.text("a.txt", TEXT)
    with LocalWorkers(1, seconds=120) as workers:
        for seconds in (300, 100):
            settings = Settings(year=2025, document_seconds=seconds)
            used, soft, hard, hard_before = workers.submit(_limits, path, settings).result()
            assert used + seconds <= soft <= used + seconds + 2
            assert hard == hard_before


def test_reading_has_the_records_and_the_hash_of_the_file(factory: Factory) -> None:
    extracted = extract_here(factory.text("a.txt", TEXT), SETTINGS, CONTEXT)
    (record,) = unpacked(extracted.reading.content)
    assert record.fields.date.value == "2025-05-03"
    assert extracted.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert extracted.reading.seconds > 0


@pytest.mark.parametrize(
    ("verdicts", "flagged"),
    [
        ([Verdict.ACCEPTED], False), ([Verdict.REVIEW], True), ([Verdict.REJECTED], True),
        ([Verdict.ACCEPTED, Verdict.REVIEW], True), ([Verdict.ACCEPTED] * 2, False),
    ],
)  # fmt: skip
def test_file_is_flagged_when_any_of_its_agreements_is_not_accepted(
    verdicts: list[Verdict], flagged: bool
) -> None:
    extracted = extracted_file([_record(verdict) for verdict in verdicts])
    assert extracted.flagged is flagged
    assert [r.verdict for r in unpacked(extracted.reading.content)] == verdicts


def test_each_kind_of_damage_is_sent_once_in_the_same_order() -> None:
    first = _record(Verdict.REVIEW, "timeout", "broken_page", "timeout")
    second = _record(Verdict.REVIEW, "broken_page", "broken")
    for records in ([first, second], [second, first]):
        reading = extracted_file(records, 1.5).reading
        assert (reading.damage, reading.seconds) == (("broken", "broken_page", "timeout"), 1.5)


def test_file_whose_worker_was_lost_is_never_rejected() -> None:
    extracted = lost_file(Path("in/a.pdf"), SETTINGS, CONTEXT)
    (record,) = unpacked(extracted.reading.content)
    assert (record.document.name, record.document.path) == ("a.pdf", "in/a.pdf")
    assert (record.verdict, [flag.code for flag in record.flags]) == (Verdict.REVIEW, ["damaged"])
    assert (extracted.flagged, extracted.sha256) == (True, None)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary files, also of workers that are started later."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def _sent(name: str, content: bytes, settings: Settings) -> tuple[str, ...]:
    """The kinds of damage of a file that was sent, and its date."""
    extracted = extract_sent_file(name, content, settings, CONTEXT)
    (record,) = unpacked(extracted.reading.content)
    return (*extracted.reading.damage, record.fields.date.value or "")


def test_sent_file_is_read_by_its_suffix_and_leaves_nothing(temporary: Path) -> None:
    with LocalWorkers(1, seconds=120) as workers:
        for name in ("a.txt", "../../a.txt", f"{'x' * 250}.txt"):
            assert workers.submit(_sent, name, TEXT.encode(), SETTINGS).result() == ("2025-05-03",)
        (damage, _) = workers.submit(_sent, "a.docx", b"PK\x03\x04rest", SETTINGS).result()
    assert damage == "unsupported"
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "raised"), [(errno.ENOSPC, NoRoom), (errno.EDQUOT, NoRoom), (errno.EIO, OSError)]
)
def test_full_temporary_folder_is_no_damage(
    temporary: Path, monkeypatch: pytest.MonkeyPatch, number: int, raised: type[Exception]
) -> None:
    """A full disk cannot be made here, so the refusal is simulated."""

    def refuse(path: Path, _: bytes) -> int:
        raise OSError(number, "refused", str(path))

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(raised, match=TEMPORARY_PREFIX):
        extract_sent_file("a.txt", b"x", SETTINGS, CONTEXT)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(("moves", "times"), [(0, 1), (1, 2), (99, MAX_TRIES)])
def test_file_that_is_moved_while_it_is_read_is_read_again(
    factory: Factory, monkeypatch: pytest.MonkeyPatch, moves: int, times: int
) -> None:
    """It comes back with the same content and the same time of modification."""
    path, read_all = factory.text("a.txt", TEXT), extraction.extract_all
    away, read = path.with_name("away"), []

    def meddle(given: Path, **how: object) -> tuple[Record, ...]:
        records = read_all(given, **how)  # type: ignore[arg-type]
        if len(read) < moves:
            shutil.move(path, away)
            shutil.move(away, path)
        read.append(given)
        return records

    monkeypatch.setattr(extraction, "extract_all", meddle)
    assert extract_here(path, SETTINGS, CONTEXT).sha256 is not None
    assert len(read) == times
