"""Words and annotations of a PDF's pages: which words show, where they stand, and what is read."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from ocr_extract.settings import Settings
from ocr_extract.sources import pdf_objects
from ocr_extract.sources.pdf_annotations import MAX_VALUE_BYTES
from ocr_extract.sources.pdf_objects import ObjectPage, PdfObjects, open_objects
from tests.evidence_factory import certified, free_text, unsigned_field
from tests.factory import Factory

SETTINGS = Settings()
TEXT = b"BT /F 10 Tf 100 700 Td (Signed) Tj ET"
"""One word, whose base line is 700 points above the lower edge and 92 below the upper edge."""


def _page(factory: Factory, content: bytes, **entries: object) -> Path:
    """A PDF with one letter page that has this content; `entries` are those of the page."""
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(612, 792))
        page = pdf.pages[0]
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        clear = Dictionary(ca=0, CA=0)
        page.Resources = Dictionary(
            Font=Dictionary(F=pdf.make_indirect(font)), ExtGState=Dictionary(Clear=clear)
        )
        page.Contents = pdf.make_stream(content)
        for key, value in entries.items():
            page[f"/{key}"] = value
        path = factory.folder / "page.pdf"
        pdf.save(path)
    return path


@contextmanager
def _opened(path: Path, settings: Settings = SETTINGS) -> Iterator[PdfObjects]:
    with open_objects(path, settings) as objects:
        assert objects is not None
        yield objects


def _read(path: Path, number: int = 1) -> ObjectPage:
    with _opened(path) as objects:
        return objects.page(number)


def _texts(page: ObjectPage) -> tuple[list[str], list[str]]:
    """The shown and the hidden words."""
    return [word.text for word in page.shown], [word.text for word in page.hidden]


def test_painted_word_shows_with_its_font_and_place(factory: Factory) -> None:
    page = _read(_page(factory, TEXT))
    assert (_texts(page), page.fonts) == ((["Signed"], []), ("Helvetica",))
    x0, y0, x1, y1 = page.shown[0].rect
    assert (x0, y1) == pytest.approx((100, 94), abs=1.5)
    assert x1 - x0 == pytest.approx(32, abs=3)
    assert 6 < y1 - y0 < 12


@pytest.mark.parametrize(
    "content",
    [
        TEXT.replace(b"BT", b"BT 3 Tr"),
        TEXT.replace(b"BT", b"BT 7 Tr"),
        b"/Clear gs " + TEXT,
        b"1 g " + TEXT,
        b"0.95 g " + TEXT,
        TEXT.replace(b"100 700", b"700 700"),
        TEXT.replace(b"100 700", b"100 900"),
        TEXT + b" 1 g 90 690 80 30 re f",
    ],
    ids="invisible clipping transparent white pale beside above covered".split(),
)
def test_word_that_leaves_no_ink_is_hidden(factory: Factory, content: bytes) -> None:
    assert _texts(_read(_page(factory, content))) == ([], ["Signed"])


@pytest.mark.parametrize("style", [b"3 Tr", b"7 Tr", b"/Clear gs"])
def test_unpainted_word_is_hidden_also_over_ink(factory: Factory, style: bytes) -> None:
    content = b"100 700 40 5 re f " + TEXT.replace(b"BT", b"BT " + style)
    assert _texts(_read(_page(factory, content))) == ([], ["Signed"])


def test_painted_and_unpainted_letters_are_not_one_word(factory: Factory) -> None:
    content = b"BT /F 10 Tf 100 700 Td (Mi) Tj 3 Tr (ra) Tj ET"
    assert _texts(_read(_page(factory, content))) == (["Mi"], ["ra"])


@pytest.mark.parametrize("content", [b"0.85 g " + TEXT, TEXT.replace(b"BT", b"BT 1 Tr")])
def test_grey_and_outlined_words_show(factory: Factory, content: bytes) -> None:
    assert _texts(_read(_page(factory, content))) == (["Signed"], [])


@pytest.mark.parametrize(("gap", "words"), [(8, ["Mi", "ra"]), (20, ["Mi", "ra"]), (0.5, ["Mira"])])
def test_wide_gap_ends_a_word_and_a_narrow_one_does_not(
    factory: Factory, gap: float, words: list[str]
) -> None:
    content = f"BT /F 10 Tf 100 700 Td (Mi) Tj {10.55 + gap} 0 Td (ra) Tj ET".encode()
    assert _texts(_read(_page(factory, content)))[0] == words


def test_next_line_and_a_blank_end_a_word(factory: Factory) -> None:
    content = b"BT /F 10 Tf 12 TL 100 700 Td (a b) Tj T* (c) Tj ET"
    assert _texts(_read(_page(factory, content)))[0] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("entries", "corner"),
    [
        ({"Rotate": 90}, (700, 100)),
        ({"Rotate": 180}, (512, 700)),
        ({"Rotate": 270}, (92, 512)),
        ({"CropBox": Array([50, 300, 612, 792])}, (50, 92)),
    ],
)
def test_places_are_those_of_the_page_as_displayed(
    factory: Factory, entries: dict[str, object], corner: tuple[float, float]
) -> None:
    """`corner` is where the word's base line begins."""
    x0, y0, x1, y1 = _read(_page(factory, TEXT, **entries)).shown[0].rect
    x, y = corner
    assert x0 - 3 < x < x1 + 3
    assert y0 - 3 < y < y1 + 3
    assert min(abs(x - x0), abs(x - x1)) < 3
    assert min(abs(y - y0), abs(y - y1)) < 3


def test_annotation_has_its_author_time_and_place(factory: Factory) -> None:
    page = _read(factory.file("a.pdf", free_text("27 May 2025")), 2)
    (note,) = [a for a in page.annotations if a.kind == "FreeText"]
    assert (note.author, note.modified, note.sealed) == ("Mira", "D:20250725101112+02'00'", False)
    assert note.rect == pytest.approx((212, 439, 290, 451), abs=0.5)
    assert "May" in _texts(page)[0]


@pytest.mark.parametrize(
    ("length", "kept"), [(MAX_VALUE_BYTES // 2 - 1, True), (MAX_VALUE_BYTES // 2, False)]
)
def test_author_of_an_annotation_is_read_up_to_its_limit(
    factory: Factory, length: int, kept: bool
) -> None:
    stamp = Dictionary(
        Type=Name.Annot, Subtype=Name.Stamp, Rect=Array([0, 0, 9, 9]), T="é" * length
    )
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]))
    page = _read(_page(factory, TEXT, Annots=Array([link, stamp])))
    assert [(a.kind, len(a.author)) for a in page.annotations] == [("Stamp", length * kept)]


def test_only_a_filled_signature_field_is_sealed(factory: Factory) -> None:
    for content, sealed in ((certified(), True), (unsigned_field(), False)):
        page = _read(factory.file("a.pdf", content), 2)
        assert [a.sealed for a in page.annotations if a.kind == "Widget"] == [sealed]


def test_images_and_paths_are_annotations_without_an_author(factory: Factory) -> None:
    page = _read(_page(factory, b"100 600 50 20 re f " + TEXT))
    (path,) = page.annotations
    assert (path.kind, path.author) == ("path", "")
    assert path.rect == pytest.approx((100, 172, 150, 192), abs=2)


def test_page_is_cut_after_the_limit_of_characters(
    factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _page(factory, TEXT)
    monkeypatch.setattr(pdf_objects, "MAX_CHARACTERS", 6)
    assert not _read(path).cut
    monkeypatch.setattr(pdf_objects, "MAX_CHARACTERS", 5)
    page = _read(path)
    assert (page.cut, _texts(page)[0]) == (True, ["Signe"])


@pytest.mark.parametrize(
    ("settings", "shape"),
    [
        (SETTINGS, (1100, 850)),
        (Settings(max_side=550), (550, 425)),
        (Settings(max_pixels=850 * 1100 // 4), (550, 425)),
    ],
)
def test_raster_stays_within_the_limits(
    factory: Factory, settings: Settings, shape: tuple[int, int]
) -> None:
    with _opened(_page(factory, TEXT), settings) as objects:
        raster = objects.raster(1, 100)
    assert raster is not None
    assert raster.pixels.shape == pytest.approx(shape, abs=1)
    assert raster.dpi == pytest.approx(100 * shape[0] / 1100, rel=0.01)
    assert raster.pixels.min() < 128


def test_page_and_file_that_do_not_exist_have_nothing(factory: Factory) -> None:
    with _opened(_page(factory, TEXT)) as objects:
        assert objects.page(2) == ObjectPage(2, (), (), ())
        assert objects.raster(2, 100) is None
    with open_objects(factory.file("a.pdf", b"%PDF-1.5 nothing"), SETTINGS) as objects_of_none:
        assert objects_of_none is None


def _mapped(text: str) -> bytes:
    """A map to Unicode that gives the letters a, b, c ... those characters."""
    rows = "".join(f"<{97 + n:02X}> <{ord(c):04X}> " for n, c in enumerate(text))
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def"
        " 1 begincodespacerange <00> <FF> endcodespacerange"
        f" {len(text)} beginbfchar {rows}endbfchar endcmap end end"
    ).encode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2025", ["2025"]),
        ("\ue032\ue030\ue032\ue035", []),
        ("\x0e\x0f\x10", []),
        ("spe\x0eed", ["spe\x0eed"]),
        ("\uf0b7", []),
    ],
)
def test_word_of_characters_that_are_no_text_is_neither_shown_nor_hidden(
    factory: Factory, text: str, words: list[str]
) -> None:
    letters = "".join(chr(97 + n) for n in range(len(text)))
    path = _page(factory, f"BT /F 10 Tf 100 700 Td ({letters}) Tj ET".encode())
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].Resources.Font.F.ToUnicode = pdf.make_stream(_mapped(text))
        pdf.save(path)
    assert _texts(_read(path)) == (words, [])
