"""How a title on a form differs from the roster's, and whether it names one paper alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.volume.roster.title_difference import TITLES, TitleDifference, difference

TREES = "Robust Tree Ensembles for Long Documents"
BANDITS = "Sparse Bandits under Drifting Rewards"
DELAYED = "Sparse Bandits under Drifted Rewards"
CUT = TitleDifference("cut off", names_one=True)
DIFFERENT = TitleDifference("different", names_one=False)


@pytest.mark.parametrize(
    "read",
    [
        TREES, TREES.upper(), "Robust Tree Ensemb1es for Long Docurnents",
        "for Long Documents Robust Tree Ensembles", f"{TREES} (Extended Abstract)",
        f"{TREES} [Poster]",
    ],
)  # fmt: skip
def test_title_does_not_differ_by_case_letters_order_or_an_addition(read: str) -> None:
    assert difference(read, TREES, [BANDITS]) is None


@pytest.mark.parametrize("addition", ["(Extended Abstract)", "[Short Paper, Work in Progress]"])
def test_addition_of_the_roster_is_not_cut_off(addition: str) -> None:
    assert difference("Robust Tree Ensembles", f"Robust Tree Ensembles {addition}", []) is None


@pytest.mark.parametrize("read", ["Robust Tree Ensembles", "Robust Documents", "Tree for Long"])
def test_beginning_or_fragment_is_cut_off(read: str) -> None:
    assert difference(read, TREES, [BANDITS]) == CUT


def test_beginning_of_two_papers_names_none_of_them() -> None:
    cut = TitleDifference("cut off", names_one=False)
    assert difference("Sparse Bandits under", BANDITS, [TREES, DELAYED]) == cut
    assert difference("Sparse Bandits under", BANDITS, [TREES]) == CUT


def test_earlier_wording_is_reworded_unless_another_paper_is_as_near() -> None:
    read = "Drifting Rewards in Sparse Bandits"
    reworded = TitleDifference("reworded", names_one=True)
    assert difference(read, BANDITS, [TREES]) == reworded
    assert difference(read, BANDITS, [TREES, DELAYED]) == DIFFERENT


@pytest.mark.parametrize(("read", "expected"), [("abcdefgxyz", None), ("abcdefwxyz", DIFFERENT)])
def test_title_differs_below_seven_tenths(read: str, expected: TitleDifference | None) -> None:
    assert TITLES.same_title == 0.7
    assert difference(read, "abcdefghij", []) == expected


def test_sentence_of_the_form_is_no_title() -> None:
    sentence = "The publisher is held free of any claim that facts in it would constitute a breach."
    assert difference(sentence, TREES, [BANDITS]) is None
    assert difference(sentence[: len(TREES)], TREES, [BANDITS]) == DIFFERENT


def test_nothing_is_compared_with_a_blank() -> None:
    assert difference("", TREES, []) is None
    assert difference("Any Title", "", []) is None
    assert difference("-", TREES, []) is None


@given(st.text(max_size=60), st.text(max_size=60), st.lists(st.text(max_size=60), max_size=3))
def test_any_text_is_compared(read: str, title: str, others: list[str]) -> None:
    found = difference(read, title, others)
    assert difference(title, title, others) is None
    assert found is None or found.names_one in (True, False)
