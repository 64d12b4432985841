"""What an editor asks for: a sentence for every flag, and for papers without one file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.flag_codes import CODES
from ocr_extract.reports.asks import ASKS, DUPLICATE, MISSING, asked_of


def test_every_flag_has_a_sentence() -> None:
    assert list(ASKS) == list(CODES)
    assert asked_of("accepted", []) == ""
    assert asked_of("missing", []) == "Ask for the signed agreement."
    assert asked_of("duplicate", ["unsigned"]).endswith(" Ask for the signature.")


@given(st.lists(st.sampled_from(list(ASKS)), unique=True))
def test_sentences_stand_in_the_order_of_the_flags(codes: list[str]) -> None:
    asked = asked_of("review", codes)
    assert asked == " ".join(ASKS[code] for code in codes)
    assert asked_of("duplicate", codes) == f"{DUPLICATE} {asked}".strip()


def test_only_the_file_itself_is_asked_for_when_it_is_missing() -> None:
    assert asked_of("missing", ["unsigned", "undated"]) == MISSING


@pytest.mark.parametrize("state", ["accepted", "review", "rejected"])
def test_paper_with_one_file_and_no_flags_has_nothing_to_ask(state: str) -> None:
    assert asked_of(state, []) == ""


def test_several_files_are_looked_at_also_without_flags() -> None:
    assert asked_of("duplicate", []) == DUPLICATE


def test_every_sentence_is_whole_and_stands_once() -> None:
    sentences = [MISSING, DUPLICATE, *ASKS.values()]
    assert len(set(sentences)) == len(sentences)
    for sentence in sentences:
        assert sentence[0].isupper()
        assert sentence[-1] in ".?"


def test_unknown_flag_is_an_error() -> None:
    with pytest.raises(KeyError, match="no_such_flag"):
        asked_of("review", ["unsigned", "no_such_flag"])
