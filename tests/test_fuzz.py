"""Hundreds of damaged files: no crash, no hang, and at least one record for each.

OCR_EXTRACT_FUZZ is the number of files (default 200; 2,000 in `make fuzz`). A record of an
internal error, of a dead worker or of a timeout is a failure of the test.
"""

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocr_extract.extraction import observe_all
from ocr_extract.records import Verdict
from ocr_extract.settings import Settings
from ocr_extract.volume.resolve import resolve
from ocr_extract.volume.run import run
from tests import evidence_factory as made
from tests.factory import Factory, FakeReader

FILES = int(os.environ.get("OCR_EXTRACT_FUZZ", "200"))
BATCHES = 8
"""Number of tests that share the files (chosen)."""
YEAR = Settings(year=2025, render_timeout=20, read_timeout=20)


def _seeds(folder: Path) -> list[bytes]:
    """Small files of every kind, which are then damaged. One is written into the folder first."""
    return [
        Factory(folder).scan().read_bytes(),
        made.free_text("25.07.2025"), made.widget("25.07.2025", appearance=True),
        made.ink_annotation(), made.pasted(225), made.hidden_text("25.07.2025", "25.07.2015"),
        made.rotated(90), made.rearranged((2, 1)), made.certified(),
    ]  # fmt: skip


def _flipped(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.choice((1, 3, 20, 200))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content))]


def _spliced(content: bytes, rng: random.Random) -> bytes:
    start, end = sorted(rng.randrange(len(content)) for _ in range(2))
    return content[:start] + content[start : min(end, start + 4000)] * 2 + content[end:]


def _renumbered(content: bytes, rng: random.Random) -> bytes:
    """Replaces digits, so that sizes, offsets and references become huge, negative or absurd."""
    digits = [i for i, byte in enumerate(content) if 48 <= byte <= 57]
    changed = bytearray(content)
    for index in rng.sample(digits, min(30, len(digits))):
        changed[index] = rng.choice(b"0123456789-")
    return bytes(changed)


DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flipped, _cut, _spliced, _renumbered,
)  # fmt: skip


def _damaged(folder: Path, count: int, seed: int) -> Iterator[Path]:
    rng, seeds = random.Random(seed), _seeds(folder)  # noqa: S311
    for number in range(count):
        damage = DAMAGES[number % len(DAMAGES)]
        path = folder / f"{seed}-{number:04d}-{damage.__name__.strip('_')}.pdf"
        path.write_bytes(damage(rng.choice(seeds), rng))
        yield path


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(BATCHES))
def test_damaged_files_have_a_record(tmp_path: Path, batch: int) -> None:
    files = list(_damaged(tmp_path, FILES // BATCHES, seed=batch))
    checked = set()
    for path in files:
        observed = observe_all(path, YEAR, FakeReader())
        records = resolve(observed, YEAR)
        assert records
        kinds = {d.kind for r in records for d in r.damage}
        assert not kinds & {"internal", "worker_died", "timeout"}, (path.name, kinds)
        checked.add(path)
    assert len(checked) == len(files)


KEYS = st.sampled_from(("Type", "Kids", "Annots", "Rect", "AP", "V"))
PAGE_KEYS = st.sampled_from(
    ("Annots", "Resources", "MediaBox", "CropBox", "Rotate", "Contents", "Parent")
)
OBJECTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


def _as_pdf_object(value: object) -> pikepdf.Object:
    if isinstance(value, dict):
        return pikepdf.Dictionary({f"/{k}": _as_pdf_object(v) for k, v in value.items()})
    if isinstance(value, list):
        return pikepdf.Array([_as_pdf_object(v) for v in value])
    if isinstance(value, int) and not isinstance(value, bool):
        return pikepdf.Object.parse(str(value).encode())
    if isinstance(value, bool):
        return pikepdf.Object.parse(b"true" if value else b"false")
    return pikepdf.Object.parse(b"null") if value is None else pikepdf.String(str(value))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=PAGE_KEYS, value=OBJECTS)
def test_absurd_object_trees_have_a_record(tmp_path: Path, key: str, value: object) -> None:
    pdf = made.made(made.FILLED)
    page = pdf.pages[1].obj
    try:
        page[f"/{key}"] = _as_pdf_object(value)
        content = made.saved(pdf)
    except (pikepdf.PdfError, ValueError, RuntimeError, TypeError):
        return
    path = tmp_path / "absurd.pdf"
    path.write_bytes(content)
    records = resolve(observe_all(path, YEAR, FakeReader()), YEAR)
    assert records
    assert "internal" not in {d.kind for r in records for d in r.damage}


def _bomb_of_zeros(factory: Factory) -> Path:
    return factory.file("zeros.pdf", made.bomb())


def _many_annotations(factory: Factory) -> Path:
    pdf = made.made(made.FILLED)
    square = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Square, Rect=[0, 0, 9, 9], F=4
        )
    )
    pdf.pages[1].Annots = pdf.make_indirect(pikepdf.Array([square] * 100_000))
    return factory.file("annotations.pdf", made.saved(pdf))


def _actions(factory: Factory) -> Path:
    """A file that on opening runs JavaScript, launches a program and fetches a URL."""
    pdf = made.made(made.FILLED)
    launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="touch-me.sh")
    script = pikepdf.Dictionary(
        S=pikepdf.Name.JavaScript, JS="this.getURL('http://127.0.0.1:9/')", Next=launch
    )
    pdf.Root.OpenAction = script
    endless = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="while(1);")
    names = pikepdf.Dictionary(Names=["a", endless])
    pdf.Root.Names = pikepdf.Dictionary(JavaScript=names)
    return factory.file("actions.pdf", made.saved(pdf))


@pytest.mark.slow
@pytest.mark.parametrize(
    "bomb", [_bomb_of_zeros, _many_annotations, _actions], ids=lambda b: b.__name__
)
def test_run_continues_after_a_bomb(factory: Factory, bomb: Callable[[Factory], Path]) -> None:
    files = [bomb(factory), factory.agreement("zzz.pdf")]
    records = run(files, YEAR, jobs=2)
    assert [r.document.name for r in records] == [f.name for f in files]
    assert records[1].verdict is Verdict.ACCEPTED


def test_nothing_is_executed_or_fetched(factory: Factory) -> None:
    (record,) = run([_actions(factory)], YEAR)
    assert record.fields.date.value == "2025-05-27"
