"""What a person types is stored as one value, or refused with a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.decision.typed_value import one_line, stored_value
from ocr_extract.errors import BadDecision
from ocr_extract.settings import Settings

SETTINGS = Settings(year=2025)
PAPERS = ("li25", "García25")


def _stored(field: str, text: str | None, action: str = "set") -> str | None:
    return stored_value(field, action, text, SETTINGS, PAPERS)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("date", "2025-05-19", "2025-05-19"),
        ("date", " 2025-5-9 ", "2025-05-09"),
        ("date", "19.05.2025", "2025-05-19"),
        ("date", "May 19, 2025", "2025-05-19"),
        ("date", "19 mai 2025", "2025-05-19"),
        ("date", "None", None),
        ("signature", "YES", "yes"),
        ("signature", "cannot  tell", "cannot tell"),
        ("paper", "LI25", "li25"),
        ("paper", "none", None),
        ("title", "  Trees\tand\nBandits ", "Trees and Bandits"),
        ("author", "none", None),
    ],
)
def test_typed_values_are_stored_in_one_form(field: str, text: str, value: str | None) -> None:
    assert _stored(field, text) == value


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("date", "05/06/2025", "2025-06-05 or 2025-05-06"),
        ("date", "31 June 2025", "no day of the calendar"),
        ("date", "2025-02-30", "no day of the calendar"),
        ("date", "May 2025", "no day of the calendar"),
        ("date", "soon", "no day of the calendar"),
        ("date", "0025-05-19", "no day of the calendar"),
        ("date", "", "No value is given"),
        ("signature", "maybe", "does not say whether"),
        ("paper", "wu25", "no paper “wu25”"),
        ("title", "x" * 1001, "1001 characters"),
        ("terms_altered", "yes", "has no value"),
        ("nonsense", "yes", "nothing that can be decided"),
    ],
)
def test_what_is_no_value_is_refused(field: str, text: str, message: str) -> None:
    with pytest.raises(BadDecision) as caught:
        _stored(field, text)
    named = str(caught.value)
    assert all(part in named for part in message.split(" or ")), named


def test_leave_and_ask_have_no_value() -> None:
    assert _stored("date", "whatever", "leave") is None
    assert _stored("terms_altered", None, "ask") is None


@given(st.text(max_size=60))
def test_any_text_is_a_day_or_is_refused(text: str) -> None:
    try:
        value = _stored("date", text)
    except BadDecision:
        return
    assert value is None or len(value) == 10


@given(st.text(max_size=200))
def test_one_line_has_only_printable_characters(text: str) -> None:
    assert one_line(text, 1_000).isprintable()
