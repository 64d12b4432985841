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
def test_months_in_the_languages_given(word: str, month: int) -> None:
    found = month_of(word, LANGUAGES)
    assert found is not None
    assert found.month == month


@pytest.mark.parametrize(
    ("word", "month"), [("0ct", 10), ("Ju1y", 7), ("Sepenber", 9), ("Juiy", 7)]
)
def test_misread_letters_cost(word: str, month: int) -> None:
    found = month_of(word, LANGUAGES)
    assert found is not None
    assert found.month == month
    assert found.cost > 0


@pytest.mark.parametrize(
    "word", ["Boston", "today", "yesterday", "Monday", "signed", "x", "", "now", "une"]
)
def test_other_words_are_no_month(word: str) -> None:
    assert month_of(word, LANGUAGES) is None


def test_a_language_that_was_not_given_is_not_guessed() -> None:
    assert month_of("juillet", ("en",)) is None
    assert month_of("juillet", ()) is None


def test_no_answer_depends_on_what_was_asked_before() -> None:
    before = month_of("mai", ("en", "fr", "de"))
    month_of("toukokuu", ("fi",))
    month_of("juillet", ("fr",))
    assert month_of("mai", ("en", "fr", "de")) == before
