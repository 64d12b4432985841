"""Files made to break the program: each becomes a damage entry, in limited time."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pikepdf
import pytest

from ocr_extract.extraction import extract
from ocr_extract.geometry import Grey, Raster, raster_of
from ocr_extract.pages.select import TOO_MUCH_TEXT
from ocr_extract.pages.time_limit import TimeLimit
from ocr_extract.recognition.base import RecognizerTrouble
from ocr_extract.recognition.one_timeout import OneTimeout
from ocr_extract.records import Reading, Verdict
from ocr_extract.settings import Settings
from ocr_extract.sources.pdf_objects import MAX_CHARACTERS, PdfObjects, open_objects
from ocr_extract.sources.source import Damaged
from ocr_extract.sources.text import MAX_LINE, plain_lines
from ocr_extract.text import Word
from tests.factory import Factory, FakeReader, pages_of, text_lines
from tests.fault_harness import sabotaged

SETTINGS = Settings()


def _with_surrogates(factory: Factory) -> Path:
    """An agreement whose font maps "F" to half a character."""
    path = factory.agreement("lone.pdf")
    table = (
        b"/CIDInit /ProcSet findresource begin begincmap /CMapName /X def /CMapType 2 def"
        b" 1 begincodespacerange <00> <ff> endcodespacerange"
        b" 1 beginbfchar <46> <d800> endbfchar endcmap end"
    )
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        for page in pdf.pages:
            for font in page.Resources.Font.values():
                font.ToUnicode = pdf.make_stream(table)
        pdf.save(path)
    return path


def test_lone_surrogate_in_font_replaces_one_letter(factory: Factory) -> None:
    path = _with_surrogates(factory)
    with open_objects(path, SETTINGS) as objects:
        assert objects is not None
        words = [word.text for page in (1, 2) for word in objects.page(page).shown]
    assert any("\ufffd" in word for word in words), "the font's table was not asked"
    record = extract(path, settings=Settings(year=2025))
    record.to_json().encode()
    assert record.fields.date.value == "2025-05-27"


@pytest.mark.parametrize(
    "unit", ["[", "*a ", "_a_b ", "$^{", "<b ", "](", "Date: ", "Date: 3 May 2025\nSigned: A B\n"]
)
def test_long_text_is_read_within_its_time_limit(factory: Factory, unit: str) -> None:
    """Patterns with quadratic time need a minute for this; all of it must end within its limit."""
    text = unit * (60_000 // len(unit))
    record = extract(factory.text("long.txt", text), settings=Settings(year=2025))
    assert record.damage == ()


def test_long_line_becomes_several_lines() -> None:
    lines = plain_lines("x" * (2 * MAX_LINE + 1) + "\n\nend")
    assert [len(line) for line in lines] == [MAX_LINE, MAX_LINE, 1, 0, 3]


class TimedOutRecognizer(FakeReader):
    """Takes too long, and counts how often it is called."""

    def __init__(self) -> None:
        super().__init__()
        object.__setattr__(self, "asked", 0)

    def read(self, crops: Sequence[Grey]) -> tuple[Reading, ...]:
        return self._time_out()

    def words(self, pages: Sequence[Grey], dpi: float) -> tuple[tuple[Word, ...], ...]:
        return self._time_out()

    def _time_out(self) -> tuple[()]:
        object.__setattr__(self, "asked", self.asked + 1)  # type: ignore[attr-defined]
        raise RecognizerTrouble("reader_timeout", "Reading took too long.")


def test_recognizer_is_not_called_again_after_a_timeout(factory: Factory) -> None:
    recognizer = TimedOutRecognizer()
    record = extract(factory.image("a.tif", [*pages_of(), *pages_of()]), page_recognizer=recognizer)
    assert recognizer.asked == 1  # type: ignore[attr-defined]
    assert {damage.kind for damage in record.damage} == {"reader_timeout"}
    assert len(record.damage) == len(set(record.damage))


@pytest.mark.parametrize("program", ["pdfinfo", "pdftoppm", "tesseract"])
def test_program_ended_by_signal_is_not_reported_as_broken_file(
    factory: Factory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    path = factory.annotated_scan()
    monkeypatch.setenv("PATH", sabotaged(tmp_path, program, "kill -9 $$")["PATH"])
    record = extract(path, settings=Settings(year=2025))
    assert "tool_killed" in {damage.kind for damage in record.damage}
    assert "broken" not in {damage.kind for damage in record.damage}


@pytest.mark.parametrize("program", ["pdfinfo", "pdftoppm"])
@pytest.mark.parametrize("sabotage", ["kill -XCPU $$", "exec sleep 60"])
def test_slow_program_is_reported_as_timeout(
    factory: Factory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str,
    sabotage: str,
) -> None:  # fmt: skip
    """The program exceeds its own time, or its processor time, which the system limits. One that
    hangs is waited for once per page; one that was ended is run once more.
    """
    path, count = factory.annotated_scan(), tmp_path / "count"
    script = f"echo asked >> {count}; {sabotage}"
    monkeypatch.setenv("PATH", sabotaged(tmp_path, program, script)["PATH"])
    record = extract(path, settings=Settings(year=2025, render_timeout=1))
    assert {damage.kind for damage in record.damage} == {"timeout"}
    pages = 1 if program == "pdfinfo" else record.document.pages
    expected_calls = pages if "sleep" in sabotage else 2 * pages
    assert len(count.read_text().split()) == expected_calls


def _small_print(factory: Factory, pages: int, characters: int) -> Path:
    """A PDF of `pages` pages of `characters` characters each, half a point high."""
    rows = [f"({'words of print ' * 8}) Tj T*" for _ in range(characters // 120)]
    content = f"BT /F 0.5 Tf 0.5 TL 20 780 Td {' '.join(rows)} ET".encode()
    with pikepdf.new() as pdf:
        font = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
        )
        for _ in range(pages):
            pdf.add_blank_page(page_size=(612, 792))
            pdf.pages[-1].Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
            pdf.pages[-1].Contents = pdf.make_stream(content)
        path = factory.folder / "print.pdf"
        pdf.save(path)
    return path


def test_page_with_too_many_characters_is_reported(factory: Factory) -> None:
    path = _small_print(factory, 1, MAX_CHARACTERS + 6000)
    record = extract(path, page_recognizer=FakeReader())
    assert [(d.kind, d.page) for d in record.damage] == [("too_large", 1)]
    assert extract(_small_print(factory, 1, 6000), page_recognizer=FakeReader()).damage == ()


def test_pdf_with_too_much_text_is_read_in_part(
    factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred such pages, a megabyte, took more than the processor time of one document."""
    pages_read, page = [], PdfObjects.page
    monkeypatch.setattr(PdfObjects, "page", lambda o, n: pages_read.append(n) or page(o, n))
    record = extract(_small_print(factory, 12, 55_000), page_recognizer=FakeReader())
    assert pages_read == [12, 1, 11, 2, 10]
    assert [(d.kind, d.effect) for d in record.damage] == [("too_large", TOO_MUCH_TEXT)]
    assert record.verdict is not Verdict.ACCEPTED


def test_no_page_is_started_when_most_of_the_time_is_used(factory: Factory) -> None:
    """A file whose pages all take long ends as a record, and does not cost its worker."""

    class Slow(FakeReader):
        def words(self, pages: Sequence[Grey], dpi: float) -> tuple[tuple[Word, ...], ...]:
            time.sleep(1.0)
            return tuple(() for _ in pages)

    pages = [text_lines(seed=n) for n in range(8)]
    path = factory.image("slow.tif", pages, dpi=100)
    started = time.monotonic()
    record = extract(path, page_recognizer=Slow(), settings=Settings(document_timeout=4, year=2025))
    assert {d.kind for d in record.damage} <= {"timeout", "reader_timeout"}
    assert record.damage
    assert len(record.damage) <= 2, "each is said once"
    assert record.document.pages == 8
    assert time.monotonic() - started < 60 * 8


def test_time_limit_refuses_a_page_that_starts_too_late() -> None:
    limit = TimeLimit(Settings(document_timeout=1))
    pages_rendered: list[int] = []
    render = limit.bounded(lambda page, _: pages_rendered.append(page) or _blank_page(page))
    render(1, 100)
    time.sleep(1.0)
    with pytest.raises(Damaged) as caught:
        render(2, 100)
    assert (pages_rendered, caught.value.damage.kind) == ([1], "timeout")
    assert limit.is_over


def _blank_page(number: int) -> Raster:
    return raster_of(np.full((9, 9), 255, np.uint8), 100, number)


def test_recognizer_calls_share_one_time_limit() -> None:
    class Slow(FakeReader):
        def read(self, crops: Sequence[Grey]) -> tuple[Reading, ...]:
            time.sleep(0.3)
            return super().read(crops)

    recognizer = OneTimeout(Slow(), seconds=0.5)
    crop = np.full((9, 9), 255, np.uint8)
    assert len(recognizer.read([crop])) == len(recognizer.read([crop])) == 1
    with pytest.raises(RecognizerTrouble) as caught:
        recognizer.read([crop])
    assert caught.value.kind == "reader_timeout"


def test_page_without_size_is_not_an_internal_error(factory: Factory) -> None:
    path = factory.agreement("flat.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        for page in pdf.pages:
            page.MediaBox = page.CropBox = pikepdf.Array([0, 0, 0, 0.01])
        pdf.save(path)
    record = extract(path, settings=Settings(year=2025))
    assert "internal" not in {damage.kind for damage in record.damage}
