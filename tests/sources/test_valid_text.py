"""Text of a file becomes valid Unicode."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.sources.valid_text import valid_text


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_any_text_becomes_valid_unicode(text: str) -> None:
    safe = valid_text(text)
    safe.encode()
    assert valid_text(safe) == safe
    if not any("\ud800" <= c <= "\udfff" for c in text):
        assert safe == text


def test_surrogate_pair_is_joined_and_lone_surrogate_is_replaced() -> None:
    assert valid_text("a\ud83d\ude00b") == "a\N{GRINNING FACE}b"
    assert valid_text("a\ud800b") == "a\ufffdb"


@pytest.mark.parametrize("code", [0xD800, 0xDBFF, 0xDC00, 0xDFFF])
def test_each_lone_half_becomes_one_replacement_character(code: int) -> None:
    half = chr(code)
    assert valid_text(half) == "\ufffd"
    assert valid_text(f"a{half}") == "a\ufffd"
    assert valid_text(f"{half}b") == "\ufffdb"


def test_halves_in_the_wrong_order_are_two_replacement_characters() -> None:
    assert valid_text("\ude00\ud83d") == "\ufffd\ufffd"


def test_characters_beside_the_surrogates_are_kept() -> None:
    assert valid_text("\ud7ff\ue000\U00010000\U0010ffff") == "\ud7ff\ue000\U00010000\U0010ffff"


@given(st.characters(min_codepoint=0x10000, codec=None))
def test_any_character_is_joined_from_its_halves(character: str) -> None:
    high, low = divmod(ord(character) - 0x10000, 0x400)
    assert valid_text(chr(0xD800 + high) + chr(0xDC00 + low)) == character
