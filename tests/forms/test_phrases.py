"""Phrases among misread words: the quick check of the whole page never drops a phrase."""

from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.forms.phrases import (
    MIN_SIMILARITY,
    _best_match_from,
    find_phrases,
    letters_and_digits,
)
from ocr_extract.text import Word

PHRASES = ("manuscript currently entitled", "Corresponding Author", "to be published in PMLR")
FILLER = st.lists(st.sampled_from(["the", "agreement", "of", "1.", "Ann", "publish"]), max_size=6)


@st.composite
def misread(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A phrase, and a page's words that include it. Some letters of the phrase are wrong."""
    phrase = draw(st.sampled_from(PHRASES))
    letters = list(phrase)
    for _ in range(draw(st.integers(0, 8))):
        at = draw(st.integers(0, len(letters) - 1))
        letters[at] = draw(st.sampled_from(["e", "o", "l", "", "rn", " "]))
    return phrase, [*draw(FILLER), *"".join(letters).split(), *draw(FILLER)]


@given(misread())
def test_quick_check_of_the_page_never_drops_the_best_place(page: tuple[str, list[str]]) -> None:
    phrase, texts = page
    words = [Word(t, (10.0 * n, 0.0, 10.0 * n + 9, 9.0), 1.0) for n, t in enumerate(texts)]
    keys = [letters_and_digits(text) for text in texts]
    size = len(phrase.split())
    places = [
        _best_match_from(keys, start, size, letters_and_digits(phrase), MIN_SIMILARITY)
        for start in range(len(keys))
        if keys[start]
    ]
    best = max((place.similarity for place in places if place), default=0.0)
    assert max((f.similarity for f in find_phrases(words, phrase)), default=0.0) == best
