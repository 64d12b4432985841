"""A record's date is decided again from its stored readings."""

from dataclasses import replace
from datetime import date

import pytest

from ocr_extract.dates.priors import Context, context_of
from ocr_extract.decision.record import decide
from ocr_extract.decision.redate import MIN_CHANGE, redate
from ocr_extract.fields.observations import Observations
from ocr_extract.records import (
    DateResult,
    Document,
    Evidence,
    Fields,
    Flag,
    Record,
    SignatureResult,
    Verdict,
    Written,
)
from ocr_extract.settings import Settings, parse_settings
from ocr_extract.sources.certificates import Certificate
from tests.decision_factory import DOCUMENT, LABELS, PLACE, dates, evidence, reading

YEAR = context_of(2025)
SETTINGS = Settings(accept_at=0.5)
SIGNED = SignatureResult(present="yes", written="hand", confidence=0.99)


def _stored(
    *items: Evidence, written: Written = "typed", flags: tuple[str, ...] = (), **changes: object
) -> Record:
    """A signed record with that evidence for its date; `changes` replace values of the record."""
    stored = DateResult(written=written, place=PLACE, evidence=items)
    record = Record(
        document=DOCUMENT,
        fields=Fields(date=stored, signature=SIGNED),
        verdict=Verdict.REVIEW,
        flags=tuple(Flag(code=code, message="x") for code in flags),
    )
    return record.model_copy(update=changes)


def _typed(text: str) -> Evidence:
    return evidence("pdf_text", reading(text, 0.99, "pdf"))


def _redated(record: Record, context: Context = YEAR) -> Record:
    return redate(record, context, SETTINGS)


def test_context_corrects_the_date_and_its_flags() -> None:
    record = _stored(_typed("2015-05-19"), flags=("terms_altered", "uncertain_date"))
    redated = _redated(record)
    assert redated.fields.date.value == "2025-05-19"
    assert redated.fields.date.as_written == "2015-05-19"
    assert [flag.code for flag in redated.flags] == ["terms_altered", "year_slip"]
    assert redated.verdict is Verdict.REVIEW
    assert redated.fields.signature == record.fields.signature


def test_date_that_became_sure_is_accepted() -> None:
    redated = _redated(_stored(_typed("19 May 2025"), flags=("uncertain_date",)))
    assert (redated.flags, redated.verdict) == ((), Verdict.ACCEPTED)


@pytest.mark.parametrize(
    "items",
    [
        (),
        (Evidence(kind="pdf_text", source="x"),),
        (evidence("hidden_text", reading("19 May 2025")),),
        (evidence("volume", reading("19 May 2025")),),
    ],
)
def test_record_without_visible_readings_stays_unchanged(items: tuple[Evidence, ...]) -> None:
    record = _stored(*items, flags=("undated",))
    assert _redated(record) == record


def test_hidden_text_before_the_mark_does_not_give_the_date() -> None:
    hidden = evidence("hidden_text", reading("1 March 2025"))
    assert _redated(_stored(hidden, _typed("19 May 2025"))).fields.date.value == "2025-05-19"


def test_handwriting_is_decided_by_the_scored_dates_and_type_by_its_text() -> None:
    text = reading("27 May 2025")
    clear = evidence("ink", text, dates(("3 June 2025", -1.0)))
    assert _redated(_stored(clear, written="hand")).fields.date.value == "2025-06-03"
    unclear = evidence("ink", text, dates(("3 June 2025", -20.0)))
    assert _redated(_stored(unclear, written="typed")).fields.date.value == "2025-05-27"


def test_certificate_s_day_stays_and_its_flags_follow_the_volume() -> None:
    observed = Observations(
        DOCUMENT, labels=LABELS, has_ink=True,
        certificates=(Certificate("Mira", "2025-05-27T10:00:00Z", "valid", whole_file=True),),
    )  # fmt: skip
    record = decide(observed, YEAR, SETTINGS)
    redated = _redated(record, context_of(2031))
    assert redated.fields.date == record.fields.date
    assert "unexpected_date" in {flag.code for flag in redated.flags}
    assert _redated(redated) == record


def test_change_is_noted_with_its_origin_and_the_former_date() -> None:
    redated = _redated(_stored(_typed("19 May 2025"))).fields.date
    assert [item.kind for item in redated.evidence] == ["pdf_text", "volume"]
    assert redated.evidence[-1].source == "the volume is of 2025; alone read as no date with 0%"


def test_second_redating_in_the_same_context_changes_nothing() -> None:
    once = _redated(_stored(_typed("2015-05-19")))
    assert _redated(once) == once


@pytest.mark.parametrize(("share", "noted"), [(0.9, False), (1.1, True)])
def test_only_a_large_change_of_the_confidence_is_noted(share: float, noted: bool) -> None:
    once = _redated(_stored(_typed("19 May 2025"))).fields.date
    before = once.model_copy(
        update={
            "confidence": once.confidence - share * MIN_CHANGE,
            "evidence": once.evidence[:1],
        }
    )
    record = _stored().model_copy(update={"fields": Fields(date=before, signature=SIGNED)})
    assert (len(_redated(record).fields.date.evidence) == 2) is noted


def test_time_stamps_of_the_document_are_used_and_those_of_the_context_are_not() -> None:
    june = Document(name="a.pdf", path="a.pdf", modified="2025-06-05T18:00:00")
    record = _stored(_typed("05/06/2025"), document=june)
    other = replace(YEAR, stamps=(date(2025, 5, 6),))
    assert _redated(record, other).fields.date.value == "2025-06-05"


def test_severities_of_the_settings_hold_without_a_new_reading() -> None:
    """Also where the date has no readings: the stored severities are those of an earlier run."""
    settings = parse_settings({"flags": {"unsigned": "note", "title_blank": "reject"}}, "test")
    dated = _stored(_typed("19 May 2025"), flags=("unsigned",))
    assert redate(dated, context_of(2025), settings).verdict is Verdict.ACCEPTED
    undated = _stored(written="blank", flags=("title_blank", "undated"))
    again = redate(undated, context_of(2025), settings)
    assert [flag.severity for flag in again.flags] == ["reject", "review"]
    assert again.verdict is Verdict.REJECTED
    assert redate(again, context_of(2025), Settings()).verdict is Verdict.REVIEW
