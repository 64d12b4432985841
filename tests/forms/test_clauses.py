"""Fingerprints of clauses, and what they prove about the printed clauses of a document."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.forms.clauses import ClauseComparison, compare_clauses, fingerprints
from ocr_extract.forms.template import printed_pages
from ocr_extract.geometry import Rect
from ocr_extract.text import Word
from synthetic.typeset import CLAUSES, CLOSING, WARRANTIES

PMLR = "pmlr-publication-agreement"
PRINT = " ".join((*CLAUSES, "You further warrant that:", *WARRANTIES, CLOSING))
SENTENCE = "You place the article under an open licence and share it".split()
"""Words without ligatures."""


def _compared(text: str, *, exact: bool = True) -> ClauseComparison | None:
    words = [Word(part, Rect(0.0, 0.0, 1.0, 1.0), 1.0) for part in text.split()]
    return compare_clauses(words, PMLR, exact=exact)


def _changed(old: str, new: str) -> str:
    assert old in PRINT
    return PRINT.replace(old, new)


def _lost(texts: Sequence[str]) -> int:
    """Number of the sentence's fingerprints that the texts do not have."""
    return len(set(fingerprints(SENTENCE)) - set(fingerprints(texts)))


@given(st.integers(3, len(SENTENCE) - 4))
def test_changed_word_breaks_as_many_fingerprints_as_one_has_words(at: int) -> None:
    assert _lost([*SENTENCE[:at], "never", *SENTENCE[at + 1 :]]) == 4


def test_fingerprints_are_those_of_four_words_each() -> None:
    assert len(fingerprints(SENTENCE)) == len(SENTENCE) - 3
    assert len(fingerprints(SENTENCE[:4])) == 1
    assert fingerprints(SENTENCE[:3]) == []


def test_case_accents_and_punctuation_do_not_matter() -> None:
    written = ["(You", "PLACE", "–", "the", "Ārticle,", *SENTENCE[4:]]
    assert fingerprints(written) == fingerprints(SENTENCE)


@given(st.data(), st.sampled_from(["-", "\u00ad"]))
def test_word_hyphenated_at_the_end_of_a_line_is_joined(data: st.DataObject, hyphen: str) -> None:
    at = data.draw(st.sampled_from([i for i, word in enumerate(SENTENCE) if len(word) > 2]))
    cut = data.draw(st.integers(1, len(SENTENCE[at]) - 1))
    halves = [SENTENCE[at][:cut] + hyphen, SENTENCE[at][cut:]]
    assert fingerprints([*SENTENCE[:at], *halves, *SENTENCE[at + 1 :]]) == fingerprints(SENTENCE)


@pytest.mark.parametrize("word", ["efforts", "e\ufb03cient", "first", "conflict"])
def test_runs_with_a_ligature_have_no_fingerprint(word: str) -> None:
    texts = [*SENTENCE[:4], word, *SENTENCE[4:]]
    assert fingerprints(texts) == [*fingerprints(SENTENCE[:4]), *fingerprints(SENTENCE[4:])]


@pytest.mark.parametrize("exact", [True, False])
def test_whole_print_is_unaltered_with_anything_around_it(exact: bool) -> None:
    assert _compared(f"Some title {PRINT} Signed: M. F.", exact=exact) == ClauseComparison(
        "unaltered"
    )


def test_only_the_changed_clauses_are_altered() -> None:
    text = _changed("stay with", "pass from").replace("breaks no law", "breaks some law")
    assert _compared(text) == ClauseComparison("altered", ("4", "6.3"))


def test_words_that_may_be_misread_never_prove_an_alteration() -> None:
    assert _compared(_changed("stay with", "pass from"), exact=False) == ClauseComparison(
        "unreadable"
    )


def test_page_number_inside_a_clause_is_not_an_alteration() -> None:
    assert _compared(_changed("stay with", "stay 1 with")) == ClauseComparison("unaltered")


def test_text_with_less_than_half_of_the_clauses_is_not_compared() -> None:
    assert _compared(CLOSING) == ClauseComparison("unreadable")
    most = _compared(" ".join((*CLAUSES, *WARRANTIES)))
    assert most == ClauseComparison("altered", ("7",))


def test_form_without_fingerprints_is_not_compared() -> None:
    assert compare_clauses([], "generic", exact=True) is None


def test_clauses_compared_in_pixels_need_no_words() -> None:
    seen = {(page.variant, c) for page in printed_pages()[:2] for c in page.clauses}
    whole = compare_clauses([], PMLR, exact=False, seen=seen)
    assert whole is not None
    assert whole.state == "unaltered"
    lost = compare_clauses([], PMLR, exact=False, seen={s for s in seen if s[1] != "3"})
    assert lost is not None
    assert lost.state == "unreadable"
