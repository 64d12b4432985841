"""What is asked about which file, as the outbox keeps it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.messages.gather import AUTHOR_ASKS, FILE_DIGITS, Ask, AskedFor
from ocr_extract.messages.rounds import Asked
from ocr_extract.volume.roster.roster import Paper

SHA = "0123456789abcdef" * 4
OTHER = "f" * 64
PAPER = Paper("a25", "On A", "Li, Ana")


@given(
    codes=st.lists(st.sampled_from(sorted(AUTHOR_ASKS)), max_size=4),
    file=st.sampled_from(("", SHA[:FILE_DIGITS])),
)
def test_text_in_the_outbox_says_codes_and_file(codes: list[str], file: str) -> None:
    asked = AskedFor(tuple(codes), file)
    assert AskedFor.of(asked.text) == asked


def test_texts_of_earlier_versions_are_read() -> None:
    assert AskedFor.of("") == AskedFor(())
    assert AskedFor.of("missing") == AskedFor(("missing",))
    assert AskedFor.of(f"a_code_of_old undated {SHA[:16]}") == AskedFor(
        ("a_code_of_old", "undated"), SHA[:16]
    )
    assert Ask(PAPER, ("unsigned", "undated"), SHA).asked_for.text == f"unsigned undated {SHA[:16]}"


MISSING, UNDATED = AskedFor(("missing",)), AskedFor(("undated",), SHA[:16])


@pytest.mark.parametrize(
    ("last", "sha256", "has_answered"),
    [
        (None, SHA, False), (MISSING, "", False), (MISSING, SHA, True),
        (UNDATED, SHA, False), (UNDATED, OTHER, True), (UNDATED, "", False),
    ],
)  # fmt: skip
def test_answer_is_a_file_that_was_not_there_when_the_author_was_asked(
    last: AskedFor | None, sha256: str, has_answered: bool
) -> None:
    ask = Ask(PAPER, ("undated",), sha256)
    assert Asked(2, ("2025-05-01",), last).has_answered(ask) is has_answered
