import pytest

from ocr_extract.dates.words import month_of

LANGUAGES = ("en", "fr", "de", "es", "it", "pt", "nl")


@pytest.mark.parametrize(
    ("word", "month"),
    [
        ("May", 5), ("SEPT", 9), ("Oct.", 10), ("juillet", 7), ("août", 8), ("Juli", 7),
        ("März", 3), ("mayo", 5), ("luglio", 7), ("setembro", 9), ("mei", 5), ("VII", 7),
    ],
)  # fmt: skip
def test_months_in_given_languages(word: str, month: int) -> None:
    month_word = month_of(word, LANGUAGES)
    assert month_word is not None
    assert month_word.month == month


@pytest.mark.parametrize(
    ("word", "month"), [("0ct", 10), ("Ju1y", 7), ("Sepenber", 9), ("Juiy", 7)]
)
def test_misread_letters_have_a_cost(word: str, month: int) -> None:
    month_word = month_of(word, LANGUAGES)
    assert month_word is not None
    assert month_word.month == month
    assert month_word.cost > 0


@pytest.mark.parametrize(
    "word", ["Boston", "today", "yesterday", "Monday", "signed", "x", "", "now", "une"]
)
def test_other_words_are_not_months(word: str) -> None:
    assert month_of(word, LANGUAGES) is None


def test_other_languages_are_not_guessed() -> None:
    assert month_of("juillet", ("en",)) is None
    assert month_of("juillet", ()) is None


def test_result_does_not_depend_on_earlier_calls() -> None:
    before = month_of("mai", ("en", "fr", "de"))
    month_of("toukokuu", ("fi",))
    month_of("juillet", ("fr",))
    assert month_of("mai", ("en", "fr", "de")) == before
