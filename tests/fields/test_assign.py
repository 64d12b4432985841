from dataclasses import replace

from ocr_extract.fields.assign import ScoredMark, assign
from ocr_extract.fields.marks import Mark
from ocr_extract.geometry import Rect
from ocr_extract.text import Word

LABELS = {
    "corresponding_author": Rect(158.7, 412.0, 259.0, 425.0),
    "signature": Rect(180.6, 424.0, 212.0, 437.0),
    "date": Rect(180.6, 436.0, 204.0, 449.0),
}


def _mark(
    x: float, y: float, *, wide: float = 60, high: float = 9, text: str = "", kind: str = "text",
    date: float = 0.0, name: float = 0.0, typed: float = 0.9, signed: float = -8.0,
) -> ScoredMark:  # fmt: skip
    mark = Mark(kind, Rect(x, y, x + wide, y + high))  # type: ignore[arg-type]
    return ScoredMark(mark, text, date, name, typed, signed=signed)


DATE = {"text": "25.07.2025", "date": 1.0, "wide": 50.0}
SCRAWL = {"kind": "ink", "wide": 80.0, "high": 22.0, "typed": 0.1, "signed": 5.0}


def _fields(*marks: ScoredMark) -> dict[str, int]:
    return dict(assign(LABELS, marks).chosen)


def test_marks_on_their_own_lines_fill_their_fields() -> None:
    marks = (
        _mark(265, 414, text="Mira Feldmann", name=1.0),
        _mark(220, 420, **SCRAWL),
        _mark(210, 438, **DATE),
    )
    assert _fields(*marks) == {"corresponding_author": 0, "signature": 1, "date": 2}


def test_date_far_from_its_label_is_the_date() -> None:
    for x, y in ((210, 474), (350, 438), (100, 438), (230, 426), (210, 500)):
        marks = (_mark(320, 410, **SCRAWL), _mark(x, y, **DATE))
        assert _fields(*marks)["date"] == 1, (x, y)


def test_signature_on_date_line_is_displaced() -> None:
    assignment = assign(LABELS, (_mark(210, 434, **SCRAWL), _mark(210, 462, **DATE)))
    assert assignment.chosen["signature"] == 0
    assert assignment.chosen["date"] == 1
    assert assignment.displaced["signature"] == "date"


def test_date_on_signature_line_is_not_a_signature() -> None:
    assert _fields(_mark(220, 426, **DATE)) == {"date": 0}


def test_empty_block_and_speck_stay_blank() -> None:
    assert _fields() == {}
    speck = _mark(400, 520, kind="ink", wide=5, high=4, typed=0.0)
    assert "signature" not in _fields(speck)
    assert "date" not in _fields(speck)


def test_one_piece_of_ink_fills_one_field() -> None:
    chosen = _fields(
        _mark(220, 420, **SCRAWL),
        _mark(220, 420, **(SCRAWL | {"wide": 82.0})),
        _mark(210, 438, **DATE),
    )
    assert chosen["date"] == 2
    assert "corresponding_author" not in chosen


def test_typed_name_on_signature_line_is_the_signature() -> None:
    marks = (_mark(220, 426, text="Mira Feldmann", name=1.0), _mark(210, 438, **DATE))
    assert _fields(*marks) == {"signature": 0, "date": 1}


def test_signature_that_runs_over_the_file_s_own_text_takes_nothing_from_it() -> None:
    scrawl = _mark(205, 424, wide=90, high=26, kind="ink", typed=0.1, signed=1.0)
    date = _mark(210, 438, **DATE)
    own_words = (Word(date.text, date.mark.rect, 1.0, "pdf"),)
    own_text = replace(date, mark=replace(date.mark, words=own_words))
    assert _fields(scrawl, own_text) == {"signature": 0, "date": 1}
    assert _fields(scrawl, date) == {"date": 1}  # read from the same pixels


def test_of_two_crops_of_one_date_the_better_read_one_is_chosen() -> None:
    """The crop that reaches into the line above is nearer to the label, and reads worse."""
    whole = _mark(210, 441, **{**DATE, "date": 0.989, "high": 8.0})
    reaching = _mark(210, 435, **{**DATE, "date": 0.966, "high": 14.0})
    assert _fields(reaching, whole)["date"] == 1
