"""Flags are raised for what a person has to look at."""

from dataclasses import replace

import pytest

from ocr_extract.dates.calendar import PartialDate
from ocr_extract.dates.priors import context_of
from ocr_extract.dates.recover import DateCandidate, RecoveredDate
from ocr_extract.dates.slips import Slip
from ocr_extract.decision.flags import (
    PROPOSED_THRESHOLD,
    flags_of,
    redated_flags,
)
from ocr_extract.fields.assign import Assignment
from ocr_extract.fields.observations import Observations
from ocr_extract.records import (
    Candidate,
    Damage,
    DateResult,
    FieldResult,
    Fields,
    Flag,
    FormMatch,
    Record,
    SignatureResult,
    Verdict,
)
from ocr_extract.settings import Settings, parse_settings
from ocr_extract.sources.certificates import Certificate
from tests.decision_factory import DOCUMENT, LABELS

SETTINGS = Settings(accept_at=0.9)
YEAR = context_of(2025)
MAY = PartialDate(2025, 5, 27)
PAGE = Observations(
    DOCUMENT, FormMatch(name=SETTINGS.form, confidence=1.0), labels=LABELS, has_ink=True
)
TEXT_FILE = replace(PAGE, has_ink=False)
NOTHING_DISPLACED = Assignment({}, {})
READ = RecoveredDate(
    value=MAY, as_written=MAY, confidence=0.95, precision="day", text="27 May 2025"
)
SLIP = Slip("year_slip", MAY, PartialDate(2015, 5, 27), 0.001, "ten years early")
DATED = DateResult(
    value="2025-05-27", as_written="2015-05-27", text="27 May 2025", precision="day",
    written="typed", confidence=0.95,
    candidates=(
        Candidate(value="2025-05-27", probability=0.6, reason="x"),
        Candidate(value="2025-07-05", probability=0.3, reason="x"),
    ),
)  # fmt: skip
SIGNED = SignatureResult(present="yes", written="hand", confidence=0.99)
ALTERED = Certificate("Mira", None, "altered", whole_file=True)
VALID = Certificate("Mira", None, "valid", whole_file=True)
UNSEEN = SignatureResult(present="cannot tell")
COMPLETE = Fields(
    title=FieldResult(value="T"), author=FieldResult(value="A"), date=DATED, signature=SIGNED
)


def _flags(
    observed: Observations = PAGE,
    found: RecoveredDate | None = READ,
    chosen: Assignment = NOTHING_DISPLACED,
    **fields: object,
) -> tuple[Flag, ...]:
    """Flags of a complete agreement; `fields` replace some of its fields."""
    changed = COMPLETE.model_copy(update=fields)
    return flags_of(observed, changed, found, chosen, YEAR, SETTINGS)


def _codes(flags: tuple[Flag, ...]) -> list[str]:
    return [flag.code for flag in flags]


def _of(*codes: str) -> tuple[Flag, ...]:
    return tuple(Flag(code=code, message="x") for code in codes)


def test_complete_agreement_has_no_flag() -> None:
    assert _flags() == ()


def test_without_a_signing_block_only_damage_is_flagged() -> None:
    torn = Damage(stage="read", kind="broken_page", page=2, effect="Page 2 is torn.")
    no_block = replace(PAGE, labels={})
    assert _codes(_flags(no_block, None)) == ["not_an_agreement"]
    (flag,) = _flags(replace(no_block, damage=(torn,)), None)
    assert (flag.code, flag.message, flag.severity) == ("damaged", "Page 2 is torn.", "reject")


def test_same_damage_of_two_pages_is_told_once() -> None:
    torn = [Damage(stage="render", kind="broken_page", page=n, effect="Torn.") for n in (1, 2)]
    (flag,) = _flags(replace(PAGE, damage=tuple(torn)))
    assert flag.message == "Torn."


@pytest.mark.parametrize(
    ("found", "sure", "codes"),
    [
        (None, 0.95, ["undated"]),
        (replace(READ, illegible=True), 0.95, ["illegible_date"]),
        (replace(READ, slip=SLIP), PROPOSED_THRESHOLD, ["year_slip"]),
        (replace(READ, slip=SLIP), PROPOSED_THRESHOLD - 0.01, ["uncertain_date"]),
        (replace(READ, order_open=True), 0.89, ["ambiguous_order"]),
        (replace(READ, order_open=True), 0.9, []),
        (replace(READ, value=PartialDate(1998, 5, 27)), 0.5, ["unexpected_date"]),
        (READ, 0.89, ["uncertain_date"]),
        (READ, 0.9, []),
    ],
)
def test_date_raises_at_most_one_flag(
    found: RecoveredDate | None, sure: float, codes: list[str]
) -> None:
    assert _codes(_flags(found=found, date=DATED.model_copy(update={"confidence": sure}))) == codes


def test_partial_date_is_incomplete_however_sure() -> None:
    month = DATED.model_copy(update={"precision": "month", "confidence": 0.99})
    assert _codes(_flags(date=month)) == ["incomplete_date"]


def test_message_of_a_date_names_the_other_possible_date_or_the_reason() -> None:
    doubtful = DATED.model_copy(update={"confidence": 0.5})
    (flag,) = _flags(found=replace(READ, order_open=True), date=doubtful)
    assert flag.message == "“27 May 2025” may also be 2025-07-05."
    best = DateCandidate(MAY, 0.9, "ten years early (the volume is of 2025)")
    (flag,) = _flags(found=replace(READ, slip=SLIP, candidates=(best,)))
    assert "2015-05-27, probably meant 2025-05-27: ten years early (the v" in flag.message


def test_form_and_blank_fields_are_flagged() -> None:
    generic = replace(PAGE, form=FormMatch(name="generic", confidence=0.5))
    (flag,) = _flags(generic)
    assert (flag.code, "labels alone" in flag.message) == ("other_form", True)
    assert "clause 4, 6" in _flags(replace(PAGE, altered=("4", "6")))[0].message
    blank = FieldResult(written="blank")
    assert _codes(_flags(title=blank, author=blank)) == ["author_blank", "title_blank"]
    other_page = FieldResult(value="Mira Feldmann")
    assert _flags(author=blank, corresponding_author=other_page) == ()


@pytest.mark.parametrize(
    ("observed", "signature", "codes"),
    [
        (PAGE, SignatureResult(present="no"), ["unsigned"]),
        (PAGE, UNSEEN, ["signature_unclear"]),
        (replace(PAGE, certificates=(ALTERED, VALID)), SIGNED, ["certificate_altered"]),
        (replace(PAGE, certificates=(VALID,)), SIGNED, []),
        (TEXT_FILE, UNSEEN, ["signature_unclear"]),
        (replace(TEXT_FILE, altered=("4",)), UNSEEN, ["terms_altered"]),
    ],
)
def test_doubtful_signature_is_flagged(
    observed: Observations, signature: SignatureResult, codes: list[str]
) -> None:
    """A text file shows no ink: its signature is flagged only when nothing else is."""
    assert _codes(_flags(observed, signature=signature)) == codes


def test_unseen_signature_of_a_text_file_is_flagged_beside_notes_alone() -> None:
    observed = replace(TEXT_FILE, altered=("4",))
    lenient = parse_settings({**SETTINGS.model_dump(), "flags": {"terms_altered": "note"}}, "test")
    fields = COMPLETE.model_copy(update={"signature": UNSEEN})
    flags = flags_of(observed, fields, READ, NOTHING_DISPLACED, YEAR, lenient)
    assert [(flag.code, flag.severity) for flag in flags] == [
        ("terms_altered", "note"),
        ("signature_unclear", "review"),
    ]


def test_signature_on_another_line_is_displaced_and_names_that_line() -> None:
    (flag,) = _flags(chosen=Assignment({"signature": 0}, {"signature": "corresponding_author"}))
    assert (flag.code, flag.field, flag.severity) == ("signature_displaced", "signature", "note")
    assert "“corresponding author”" in flag.message


def test_new_date_replaces_only_the_flags_of_the_date() -> None:
    record = Record(
        document=DOCUMENT, fields=COMPLETE, verdict=Verdict.REVIEW,
        flags=_of("terms_altered", "uncertain_date", "unsigned"),
    )  # fmt: skip
    sure = redated_flags(record, READ, DATED, YEAR, SETTINGS)
    assert _codes(sure) == ["terms_altered", "unsigned"]
    slipped = redated_flags(record, replace(READ, slip=SLIP), DATED, YEAR, SETTINGS)
    assert _codes(slipped) == ["terms_altered", "year_slip", "unsigned"]


def test_unseen_signature_of_a_text_file_gives_way_to_a_flag_of_the_date_and_comes_back() -> None:
    text = Record(
        document=DOCUMENT.model_copy(update={"kind": "text"}), verdict=Verdict.REVIEW,
        fields=COMPLETE.model_copy(update={"signature": UNSEEN}), flags=_of("signature_unclear"),
    )  # fmt: skip
    doubtful = DATED.model_copy(update={"confidence": 0.5})
    flags = redated_flags(text, READ, doubtful, YEAR, SETTINGS)
    assert _codes(flags) == ["uncertain_date"]
    again = text.model_copy(update={"flags": flags})
    assert _codes(redated_flags(again, READ, DATED, YEAR, SETTINGS)) == ["signature_unclear"]
