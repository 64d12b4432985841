"""Keys of stored readings depend on what a reading depends on, and not on paths of the code."""

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest

from ocr_extract import extract
from ocr_extract._version import EXTRACTION_VERSION
from ocr_extract.dates.priors import Context
from ocr_extract.records import Document
from ocr_extract.settings import Settings
from ocr_extract.volume import keys
from ocr_extract.volume.keys import program_digest, reading_key
from tests.factory import Factory

GOLDEN = Path(__file__).parent.parent / "golden"
SETTINGS, CONTEXT = Settings(year=2025), Context(2025, origin="the volume is of 2025")


@pytest.fixture(autouse=True)
def _without_caches() -> None:
    for cached in (reading_key, program_digest, keys.model_digests):
        cached.cache_clear()


def test_each_cause_of_a_reading_changes_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    ordinary = reading_key(".pdf", SETTINGS, CONTEXT)
    others = [
        reading_key(".tif", SETTINGS, CONTEXT),
        reading_key(".pdf", Settings(year=2025, read_dpi=200), CONTEXT),
        reading_key(".pdf", SETTINGS, Context(2024)),
        reading_key(".pdf", SETTINGS, Context(2025, start=date(2025, 7, 1))),
    ]
    monkeypatch.setattr(keys, "EXTRACTION_VERSION", EXTRACTION_VERSION + 1)
    reading_key.cache_clear()
    others.append(reading_key(".pdf", SETTINGS, CONTEXT))
    assert len({ordinary, *others}) == 6


def test_another_model_changes_the_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ordinary = reading_key(".pdf", SETTINGS, CONTEXT)
    (tmp_path / "weights.json").write_text("{}")
    monkeypatch.setattr(keys, "model_file", lambda *_: tmp_path / "weights.json")
    for cached in (reading_key, keys.model_digests):
        cached.cache_clear()
    assert reading_key(".pdf", SETTINGS, CONTEXT) != ordinary


def test_settings_of_the_consensus_pass_do_not_change_the_key() -> None:
    ordinary = reading_key(".pdf", SETTINGS, CONTEXT)
    assert reading_key(".pdf", Settings(year=2025, accept_at=0.8), CONTEXT) == ordinary
    assert reading_key(".pdf", Settings(year=2025, target_error=0.1), CONTEXT) == ordinary


def test_moved_code_keeps_the_key_and_changes_the_program_digest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key, program = reading_key(".pdf", SETTINGS, CONTEXT), program_digest()
    (tmp_path / "moved.py").write_text("")
    monkeypatch.setattr(keys, "PACKAGE", tmp_path)
    for cached in (reading_key, program_digest, keys.model_digests):
        cached.cache_clear()
    assert reading_key(".pdf", SETTINGS, CONTEXT) == key
    assert program_digest() != program


TEXT = "Title: Trees\nName: Ada Feldmann\nSignature: Ada Feldmann\nDate: 3 May 2025\n"


def test_the_extraction_version_is_raised_when_answers_change(factory: Factory) -> None:
    """The table of dates and the record of one text belong to one version. After an intended
    change: raise EXTRACTION_VERSION, and store the digest that this test prints.
    """
    record = extract(factory.text("a.txt", TEXT), settings=SETTINGS)
    answer = record.model_copy(update={"seconds": 0.0, "document": Document(name="", path="")})
    table = (GOLDEN / "dates.tsv").read_text(encoding="utf-8")
    digest = hashlib.sha256(f"{answer.to_json()}\n{table}".encode()).hexdigest()
    stored = json.loads((GOLDEN / "extraction_version.json").read_text(encoding="utf-8"))
    assert stored == {"version": EXTRACTION_VERSION, "answers": digest}, digest
