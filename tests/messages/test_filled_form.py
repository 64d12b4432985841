"""A filled-in form: the program reads it, its terms are unaltered, signer's blanks empty."""

import io
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdf2image import convert_from_path
from pikepdf import Array, Dictionary, Name
from reportlab.pdfgen.canvas import Canvas

from ocr_extract import Record, Settings, extract
from ocr_extract.errors import UsageError
from ocr_extract.messages.filled_form import fill_in, filled_form
from ocr_extract.messages.lettering import Band, Space, font, one_line, set_into
from ocr_extract.sources.pdf_objects import open_objects
from synthetic.overlay import filled_in
from synthetic.typeset import Entry, Filling
from tests.factory import Factory

TITLE = "Naïve Bounds, Łukasiewicz Logic and Ω-Regular Строки: a Study of Long Documents"
AUTHORS = "Mira Feldmann, José García-Łoś, and Zoë Ångström"
LONG = ("Learning Mixtures of Structured Distributions with Heavy Tails under Corruption, " * 4)[
    :299
]
SIGNED = Filling(None, None, None, None, Entry("27 May 2025"), scrawl=(80.0, 11.0, 30.0, -2.0))


def _written(blank: Path, title: str = TITLE, authors: str = AUTHORS, person: str = "M. Feldmann"):  # type: ignore[no-untyped-def]
    return fill_in(blank, title=title, authors=authors, corresponding_author=person)


def _signed(factory: Factory, form: bytes) -> Path:
    """The form as its signer sends it back."""
    sent = factory.file("sent.pdf", form)
    return factory.file("back.pdf", filled_in(sent, SIGNED, seed=3))


def _read(path: Path) -> Record:
    return extract(path, settings=Settings(year=2025))


@pytest.fixture(params=["made", "real"])
def blank(request: pytest.FixtureRequest, factory: Factory) -> Path:
    if request.param == "made":
        return factory.blank()
    return request.getfixturevalue("shared") / "forms" / "pmlr-license-agreement.pdf"  # type: ignore[no-any-return]


@pytest.mark.parametrize("title", [TITLE, LONG], ids=["accents", "300 characters"])
def test_program_reads_what_it_wrote(factory: Factory, blank: Path, title: str) -> None:
    form = _written(blank, title)
    assert form.left_empty == ()
    record = _read(_signed(factory, form.content))
    fields = record.fields
    assert (fields.title.value, fields.author.value) == (title, AUTHORS)
    assert fields.corresponding_author.value == "M. Feldmann"
    assert (fields.date.value, fields.signature.present) == ("2025-05-27", "yes")
    assert record.form is not None
    assert record.form.terms == "unaltered"
    assert record.flags == ()


def test_filled_form_without_signer_is_neither_signed_nor_dated(
    factory: Factory, blank: Path
) -> None:
    record = _read(factory.file("sent.pdf", _written(blank).content))
    assert {flag.code for flag in record.flags} == {"undated", "unsigned"}


@pytest.mark.slow
def test_scan_of_a_filled_form_is_read(factory: Factory, blank: Path) -> None:
    title = "Robust Tree Ensembles for Long Documents under Adversarial Corruption"
    signed = _signed(factory, _written(blank, title, "Mira Feldmann and Ada Stone").content)
    first, *more = convert_from_path(signed, 150, grayscale=True)
    scan = factory.folder / "scan.pdf"
    first.save(scan, resolution=150, save_all=True, append_images=more)
    record = _read(scan)
    assert record.fields.title.value == title
    assert record.fields.author.value == "Mira Feldmann and Ada Stone"
    assert record.form is not None
    assert record.form.terms == "unaltered"
    assert record.fields.signature.present == "yes"


def _words(path: Path) -> list[tuple[str, tuple[int, ...]]]:
    with open_objects(path, Settings()) as objects:
        assert objects is not None
        pages = [objects.page(n) for n in (1, 2)]
    return [
        (word.text, (page.number, *map(round, word.rect))) for page in pages for word in page.shown
    ]


def test_print_of_the_form_stays_and_nothing_is_written_over_it(
    factory: Factory, blank: Path
) -> None:
    before = _words(blank)
    after = _words(factory.file("sent.pdf", _written(blank, LONG).content))
    assert [word for word in before if word not in after] == []
    entries = [word for word in after if word not in before]
    assert len(entries) == len(f"{LONG} {AUTHORS} M. Feldmann".split())
    for text, (page, x0, y0, x1, y1) in entries:
        assert 30 <= x0 < x1 <= 582, text
        for other, (on, a0, b0, a1, b1) in before:
            apart = on != page or x1 <= a0 or a1 <= x0 or y1 - 1 <= b0 or b1 <= y0 + 1
            assert apart, (text, other)


def test_same_entries_give_the_same_bytes(factory: Factory) -> None:
    blank = factory.blank()
    first = filled_form(blank, title=TITLE, authors=AUTHORS)
    assert filled_form(blank, title=TITLE, authors=AUTHORS) == first
    assert blank.read_bytes() == factory.blank("again.pdf").read_bytes()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\r\nBcc: x@y.z\x00", "a Bcc: x@y.z"),
        ("\u202e\x1b[31mred", "[31mred"),
        ("<script>alert(1)</script> (a) \\ %", "<script>alert(1)</script> (a) \\ %"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
    ],
)
def test_hostile_text_is_text(factory: Factory, text: str, written: str) -> None:
    form = _written(factory.blank(), text)
    shown = [word for word, _ in _words(factory.file("sent.pdf", form.content))]
    assert f" {written} {AUTHORS} " in f" {' '.join(shown)} "


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("学习 in 中国", "no sign for “学”, “习”, “中”, “国”: the title"),
        ("שלום", "no sign for “ש”"),
        ("word " * 400, "too small for the title (1999 characters)"),
        ("x" * 10_000, "too small for the title (10000 characters)"),
    ],
)
def test_entry_that_cannot_be_written_is_left_to_the_signer(
    factory: Factory, text: str, why: str
) -> None:
    form = _written(factory.blank(), text)
    (said,) = form.left_empty
    assert why in said
    words = [word for word, _ in _words(factory.file("sent.pdf", form.content))]
    blank = [word for word, _ in _words(factory.blank("again.pdf"))]
    assert sorted(words) == sorted([*blank, *AUTHORS.split(), "M.", "Feldmann"])


def _field(name: str, rect: tuple[int, ...], **more: object) -> Dictionary:
    return Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=name, F=4,
        Rect=Array(rect), DA="/Helv 10 Tf 0 g", **more,
    )  # fmt: skip


def _form_with_fields(factory: Factory, **more: object) -> Path:
    path = factory.blank("fields.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        objects = [
            pdf.make_indirect(made)
            for made in (
                _field("PaperTitle", (133, 475, 478, 505), Ff=1 << 12, **more),
                _field("authors_list", (133, 425, 478, 445)),
                _field("Proceedings", (133, 100, 478, 115)),
                _field("date", (220, 340, 478, 352)),
            )
        ]
        pdf.pages[0].Annots = pdf.make_indirect(Array(objects))
        pdf.Root.AcroForm = pdf.make_indirect(
            Dictionary(Fields=Array(objects), NeedAppearances=True, XFA=pikepdf.String("x"))
        )
        pdf.save(path)
    return path


def test_fields_of_a_form_get_values_and_appearances(factory: Factory) -> None:
    blank = _form_with_fields(factory)
    form = fill_in(blank, title=TITLE, authors=AUTHORS, proceedings="PMLR 330")
    with pikepdf.open(io.BytesIO(form.content)) as pdf:
        values = {str(a.T): str(a.get(Name.V, "")) for a in pdf.pages[0].Annots}
        assert not pdf.Root.AcroForm.NeedAppearances
        assert Name.XFA not in pdf.Root.AcroForm
    assert values == {
        "PaperTitle": TITLE, "authors_list": AUTHORS, "Proceedings": "PMLR 330", "date": ""
    }  # fmt: skip
    record = _read(_signed(factory, form.content))
    assert (record.fields.title.value, record.fields.author.value) == (TITLE, AUTHORS)


def test_value_longer_than_its_field_allows_is_left_out(factory: Factory) -> None:
    form = fill_in(_form_with_fields(factory, MaxLen=20), title=TITLE, authors=AUTHORS)
    assert "too small for the title" in form.left_empty[0]


def test_turned_page_is_written_upright(factory: Factory) -> None:
    path = factory.blank("turned.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        for page in pdf.pages:  # the content is turned, and the page turns it back
            page.contents_add(b"q 0 1 -1 0 792 0 cm", prepend=True)
            page.contents_add(b"Q")
            page.MediaBox = Array([0, 0, 792, 612])
            page.Rotate = 90
        pdf.save(path)
    plain = _words(factory.file("plain.pdf", _written(factory.blank()).content))
    turned = _words(factory.file("sent.pdf", _written(path).content))
    assert [text for text, _ in turned] == [text for text, _ in plain]
    for (text, a), (_, b) in zip(plain, turned, strict=True):
        assert max(abs(x - y) for x, y in zip(a, b, strict=True)) <= 1, text


def _letter(factory: Factory) -> Path:
    path = factory.folder / "letter.pdf"
    canvas = Canvas(str(path))
    canvas.drawString(100, 700, "Dear editors, the title of our paper is not settled yet.")
    canvas.save()
    return path


BAD: dict[str, tuple[Callable[[Factory], Path], str]] = {
    "encrypted": (lambda f: f.encrypted("secret"), "is encrypted"),
    "restricted": (lambda f: f.encrypted(""), "is encrypted"),
    "filled": (lambda f: f.agreement(), "is filled in already: title has an entry"),
    "scan": (lambda f: f.scan(), "has no text"),
    "no form": (_letter, "no blank for a title"),
    "no pdf": (lambda f: f.text("a.pdf", "hello"), "cannot be read as a PDF"),
    "missing": (lambda f: f.folder / "none.pdf", "Cannot read"),
    "folder": (lambda f: f.folder, "Cannot read"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_blank_form_is_refused_with_the_reason(factory: Factory, name: str) -> None:
    make, why = BAD[name]
    with pytest.raises(UsageError, match=why) as caught:
        _written(make(factory))
    assert caught.value.advice


@given(st.text(max_size=400))
def test_every_text_fits_its_space_or_is_left_out(text: str) -> None:
    space = Space(1, 133.0, 478.0, (Band(270.0, 284.0, "below"),), (36.0, 576.0), centre=305.0)
    lines = set_into(one_line(text), space)
    assert " ".join(line.text for line in lines) in (one_line(text), "")
    for line in lines:
        assert line.x >= 36.0
        assert line.x + font().stringWidth(line.text, line.size) <= 576.01
        assert line.baseline - 0.9 * line.size >= 270.0
        assert line.baseline <= 284.0
