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


def test_the_form_is_known_by_its_phrases() -> None:
    assert identify([_lines(HEAD)], built_in_forms())[0] == PMLR
    assert (
        identify([_lines("Name: X\nSignature: Y\nDate: 1.1.2025")], built_in_forms())[0] == GENERIC
    )
    assert identify([], built_in_forms())[0] == GENERIC


def test_blanks_between_phrases() -> None:
    lines = _lines(HEAD)
    title = locate_blank(lines, "title", PMLR.blanks["title"])
    author = locate_blank(lines, "author", PMLR.blanks["author"])
    assert title is not None
    assert " ".join(w.text for w in title.words) == "Robust Trees: a Study of Growth"
    assert author is not None
    assert [w.text for w in author.words] == ["Mira", "Feldmann"]


def test_a_blank_is_a_blank_and_not_the_next_text() -> None:
    empty = HEAD.replace("Mira Feldmann\n", "").replace("Robust Trees: a Study\nof Growth\n", "")
    for name in ("title", "author"):
        found = locate_blank(_lines(empty), name, PMLR.blanks[name])
        assert found is not None
        assert found.words == ()


def test_a_blank_whose_phrases_are_not_there_is_not_found() -> None:
    assert locate_blank(_lines("nothing of the kind"), "title", PMLR.blanks["title"]) is None


def test_labels_on_lines_of_their_own() -> None:
    assert _marks("Corresponding Author:\nSigned:\nDate:\n2015.05.19") == ["2015.05.19"]


def test_labels_with_entries_and_bullets() -> None:
    tail = "• Corresponding Author: Wang\n – Signed: Li Xing\n * Date: 1 May 2025"
    assert _marks(tail) == ["Wang", "Li Xing", "1 May 2025"]


def test_two_labels_on_one_line() -> None:
    tail = "- Corresponding Author: Wang\n- Signed: - Date: Vox/ Ox/ 25"
    assert _marks(tail) == ["Wang", "Vox/ Ox/ 25"]


def test_misread_labels_are_found() -> None:
    assert _marks("Correspondng Authcr: Wang\nSlgned: X. Li\nDote: 1 May 2025") == [
        "Wang", "X. Li", "1 May 2025",
    ]  # fmt: skip


def test_a_label_that_was_not_read_is_inferred() -> None:
    block = locate_block(_lines(HEAD + "Corresponding Author: Wang\nSigned:\n### 1 May 2025"), PMLR)
    assert block is not None
    assert block.labels["date"].inferred
    assert not block.labels["signature"].inferred


def test_a_text_without_a_block_has_none() -> None:
    assert locate_block(_lines("Dear editors,\nthe date of the party is 1 May."), PMLR) is None
    assert locate_block((), PMLR) is None


def test_the_generic_form() -> None:
    lines = _lines("Name: Mira Feldmann\nSignature: M. F.\nDate: 3 May 2025")
    block = locate_block(lines, GENERIC)
    assert block is not None
    assert set(block.labels) == {"corresponding_author", "signature", "date"}
    assert len(marks_in_text(lines, block)) == 3


def test_phrases_over_line_ends_and_misread() -> None:
    words = flat(_lines("to be publlshed in\nPMLR now"))
    found = find_phrase(words, "to be published in PMLR")
    assert found is not None
    assert (found.start, found.end) == (0, 5)
    assert find_phrase(words, "Corresponding Author") is None
    assert find_phrases((), "Date") == []


def test_a_second_form_is_known_without_code() -> None:
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
