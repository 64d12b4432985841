"""Words that are a label and its entry at once are divided; all other words stay whole."""

import pytest

from ocr_extract.forms.glued import all_without_glue, without_glue
from ocr_extract.geometry import Rect
from ocr_extract.text import Word


def _word(text: str) -> Word:
    return Word(text, Rect(100, 50, 200, 60), 0.9, "pdf")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Date:2025.8.28", ["Date:", "2025.8.28"]),
        ("Dale:28.8.2025", ["Dale:", "28.8.2025"]),
        ("–Date:2025", ["–Date:", "2025"]),
        ("date28/08/2025", ["date", "28/08/2025"]),
        ("Signed:Mira", ["Signed:", "Mira"]),
        ("Author:Ødegård", ["Author:", "Ødegård"]),
        ("Signature;M.", ["Signature;", "M."]),
    ],
)
def test_label_and_entry_become_two_words(text: str, parts: list[str]) -> None:
    divided = without_glue(_word(text))
    assert [word.text for word in divided] == parts
    label, entry = (word.rect for word in divided)
    assert (label.x0, entry.x1) == (100, 200)
    assert label.x0 < label.x1 == entry.x0 < entry.x1
    assert {(word.score, word.source) for word in divided} == {(0.9, "pdf")}


@pytest.mark.parametrize(
    "text",
    ["Date:", "Date", "Dated", "2025.8.28", "10:11:12", "http://bit.ly/1m9UsNt.", "Gate7",
     "BERT:Pre-training", "authors", "update:2025", "Date:–", "Signedby", ""],
)  # fmt: skip
def test_other_words_stay_whole(text: str) -> None:
    assert without_glue(_word(text)) == (_word(text),)


def test_gap_is_where_the_letters_widths_say() -> None:
    (label, _) = without_glue(_word("Date:MWMWMW"))
    assert label.rect.width < 40


def test_order_of_words_stays() -> None:
    texts = [w.text for w in all_without_glue(map(_word, ("–", "Signed:Mira", "Feldmann")))]
    assert texts == ["–", "Signed:", "Mira", "Feldmann"]
