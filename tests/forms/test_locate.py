from ocr_extract.fields.marks import marks_in_text
from ocr_extract.forms.definition import built_in_forms
from ocr_extract.forms.locate import identify, locate_blank, locate_block
from ocr_extract.forms.phrases import find_phrase, find_phrases, flat
from ocr_extract.pages.page import text_view
from ocr_extract.text import Line

PMLR, CONTRIBUTION, GENERIC = built_in_forms()
HEAD = """This is a publication agreement regarding a written manuscript currently entitled

Robust Trees: a Study
of Growth

("the article") to be published in PMLR ("the proceedings"). The parties to this Agreement are:

Mira Feldmann

(name of corresponding author who signs on behalf of any other authors, collectively "you")
You further warrant that: the date of your signature
I HAVE READ AND AGREE FULLY WITH THE TERMS OF THIS AGREE-
MENT.
"""


def _lines(text: str) -> tuple[Line, ...]:
    return text_view(text).lines


def _marks(tail: str) -> list[str]:
    lines = _lines(HEAD + tail)
    block = locate_block(lines, PMLR)
    assert block is not None
    return [" ".join(w.text for w in mark.words) for mark in marks_in_text(lines, block)]


def test_form_is_identified_by_its_phrases() -> None:
    assert identify([_lines(HEAD)], built_in_forms())[0] == PMLR
    assert (
        identify([_lines("Name: X\nSignature: Y\nDate: 1.1.2025")], built_in_forms())[0] == GENERIC
    )
    assert identify([], built_in_forms())[0] == GENERIC


def test_blank_content_stands_between_its_phrases() -> None:
    lines = _lines(HEAD)
    title = locate_blank(lines, "title", PMLR.blanks["title"])
    author = locate_blank(lines, "author", PMLR.blanks["author"])
    assert title is not None
    assert " ".join(w.text for w in title.words) == "Robust Trees: a Study of Growth"
    assert author is not None
    assert [w.text for w in author.words] == ["Mira", "Feldmann"]


def test_empty_blank_has_no_words() -> None:
    empty = HEAD.replace("Mira Feldmann\n", "").replace("Robust Trees: a Study\nof Growth\n", "")
    for name in ("title", "author"):
        filled = locate_blank(_lines(empty), name, PMLR.blanks[name])
        assert filled is not None
        assert filled.words == ()


def test_blank_without_its_phrases_is_not_found() -> None:
    assert locate_blank(_lines("nothing of the kind"), "title", PMLR.blanks["title"]) is None


def test_entry_below_the_labels_is_a_mark() -> None:
    assert _marks("Corresponding Author:\nSigned:\nDate:\n2015.05.19") == ["2015.05.19"]


def test_entries_beside_labels_with_bullets_are_marks() -> None:
    tail = "• Corresponding Author: Wang\n – Signed: Li Xing\n * Date: 1 May 2025"
    assert _marks(tail) == ["Wang", "Li Xing", "1 May 2025"]


def test_two_labels_on_one_line_are_separated() -> None:
    tail = "- Corresponding Author: Wang\n- Signed: - Date: Vox/ Ox/ 25"
    assert _marks(tail) == ["Wang", "Vox/ Ox/ 25"]


def test_misread_labels_are_found() -> None:
    assert _marks("Correspondng Authcr: Wang\nSlgned: X. Li\nDote: 1 May 2025") == [
        "Wang", "X. Li", "1 May 2025",
    ]  # fmt: skip


def test_unread_label_is_inferred() -> None:
    block = locate_block(_lines(HEAD + "Corresponding Author: Wang\nSigned:\n### 1 May 2025"), PMLR)
    assert block is not None
    assert block.labels["date"].inferred
    assert not block.labels["signature"].inferred


def test_text_without_signing_block_has_no_block() -> None:
    assert locate_block(_lines("Dear editors,\nthe date of the party is 1 May."), PMLR) is None
    assert locate_block((), PMLR) is None


def test_generic_form_is_located_by_its_labels() -> None:
    lines = _lines("Name: Mira Feldmann\nSignature: M. F.\nDate: 3 May 2025")
    block = locate_block(lines, GENERIC)
    assert block is not None
    assert set(block.labels) == {"corresponding_author", "signature", "date"}
    assert len(marks_in_text(lines, block)) == 3


def test_misread_phrase_over_a_line_end_is_found() -> None:
    words = flat(_lines("to be publlshed in\nPMLR now"))
    place = find_phrase(words, "to be published in PMLR")
    assert place is not None
    assert (place.start, place.end) == (0, 5)
    assert find_phrase(words, "Corresponding Author") is None
    assert find_phrases((), "Date") == []


def test_second_form_needs_only_its_definition() -> None:
    text = """This Final Contribution Agreement regarding the submission and publication
of written material ("Articles") is made as of 3 May 2025 by Mira Feldmann
Paper Title: Robust Trees
Authors List: Mira Feldmann, Jonas Okafor
Date: 3 May 2025
I, Mira Feldmann, agree that:
1. I grant a non-exclusive, perpetual, royalty-free, fully-paid license.

Name: Mira Feldmann
Signature: M. Feldmann
Date: 4 May 2025
"""
    lines = _lines(text)
    form, share = identify([lines], built_in_forms())
    assert (form, share) == (CONTRIBUTION, 1.0)
    block = locate_block(lines, form)
    assert block is not None
    marks = [" ".join(w.text for w in m.words) for m in marks_in_text(lines, block)]
    assert marks == ["Mira Feldmann", "M. Feldmann", "4 May 2025"]
    title = locate_blank(lines, "title", form.blanks["title"])
    assert title is not None
    assert " ".join(w.text for w in title.words) == "Robust Trees"
