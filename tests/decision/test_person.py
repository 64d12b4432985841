"""What people decide changes a record: values, flags, verdict, evidence."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.dates.volume_prior import FIRST
from ocr_extract.decision.person import (
    FLAGS_OF,
    decided_vote,
    settled_flags,
    with_decisions,
    with_settled_flags,
)
from ocr_extract.flag_codes import CODES, SEVERITIES
from ocr_extract.records import (
    Box,
    Candidate,
    Damage,
    DateResult,
    Decision,
    Document,
    Evidence,
    Fields,
    Flag,
    Record,
    SignatureResult,
    Verdict,
)
from ocr_extract.settings import Settings
from tests.decision_factory import evidence, reading

SETTINGS = Settings()
PLACE = Box(page=2, x0=210, y0=436, x1=270, y1=448)
SLIP = Flag(code="year_slip", field="date", message="Written 2015-05-19.")
UNSIGNED = Flag(code="unsigned", field="signature", message="No signature was found.")
UNDATED = Flag(code="undated", field="date", message="No date was found.")


def _decision(
    field: str, value: str | None = None, action: str = "set", note: str = ""
) -> Decision:
    return Decision.model_validate(
        {
            "field": field, "action": action, "value": value, "person": "Ed", "note": note,
            "made": "2025-08-01T10:00:00.000+00:00",
        }
    )  # fmt: skip


def _record(*flags: Flag, signed: str = "yes", text: str = "2015.05.19") -> Record:
    dated = DateResult(
        value="2025-05-19",
        as_written="2015-05-19",
        written="typed",
        confidence=0.8,
        text=text,
        precision="day",
        candidates=(
            Candidate(value="2025-05-19", probability=0.8, reason="a slip"),
            Candidate(value="2015-05-19", probability=0.2, reason="as written"),
        ),
        place=PLACE,
        evidence=(evidence("pdf_text", reading(text)),),
    )
    signature = SignatureResult.model_validate({"present": signed, "written": "hand", "ink": "1f"})
    return Record(
        document=Document(name="a.pdf", path="a.pdf", kind="digital"),
        fields=Fields(date=dated, signature=signature),
        verdict=Verdict.REVIEW,
        flags=flags,
    )


def test_nothing_decided_changes_nothing() -> None:
    record = _record(SLIP)
    assert with_decisions(record, (), SETTINGS) is record


def test_decided_date_is_taken_as_right_and_the_slip_becomes_a_note() -> None:
    decided = with_decisions(
        _record(SLIP), [_decision("date", "2015-05-19", note="asked")], SETTINGS
    )
    dated = decided.fields.date
    assert (dated.value, dated.as_written, dated.confidence) == ("2015-05-19", "2015-05-19", 1.0)
    assert [(c.value, c.probability) for c in dated.candidates] == [
        ("2015-05-19", 1.0), ("2025-05-19", 0.0)
    ]  # fmt: skip
    assert "80.0%" in dated.candidates[1].reason
    assert dated.evidence[-1] == Evidence(
        kind="person", source="decided by Ed on 2025-08-01: asked"
    )
    assert [(f.code, f.severity) for f in decided.flags] == [("year_slip", "note")]
    assert decided.verdict is Verdict.ACCEPTED
    assert decided.decisions[0].before == "2025-05-19"


def test_decided_signature_settles_its_flags() -> None:
    unclear = Flag(code="signature_unclear", message="x")
    yes = with_decisions(
        _record(unclear, signed="cannot tell"), [_decision("signature", "yes")], SETTINGS
    )
    assert (yes.fields.signature.present, yes.flags) == ("yes", ())
    assert yes.verdict is Verdict.ACCEPTED
    no = with_decisions(_record(), [_decision("signature", "no")], SETTINGS)
    assert (no.fields.signature.present, no.fields.signature.ink) == ("no", "")
    assert [(f.code, f.severity) for f in no.flags] == [("unsigned", "review")]
    assert "decided by Ed" in no.flags[0].message


def test_blank_form_with_a_signature_by_a_persons_word_is_no_longer_rejected() -> None:
    blank = [f.model_copy(update={"severity": "reject"}) for f in (UNDATED, UNSIGNED)]
    record = _record(*blank, signed="no")
    decided = with_decisions(record, [_decision("signature", "yes")], SETTINGS)
    assert [(f.code, f.severity) for f in decided.flags] == [("undated", "review")]
    none = with_decisions(_record(UNSIGNED, signed="no"), [_decision("date", None)], SETTINGS)
    assert none.fields.date.value is None
    assert {(f.code, f.severity) for f in none.flags} == {
        ("undated", "reject"), ("unsigned", "reject")
    }  # fmt: skip


def test_a_flag_that_is_left_becomes_a_note_and_one_to_ask_about_stays() -> None:
    flag = Flag(code="terms_altered", message="Not as printed: clause 3.")
    left = with_decisions(_record(flag), [_decision("terms_altered", action="leave")], SETTINGS)
    assert left.verdict is Verdict.ACCEPTED
    assert left.flags[0].message == (
        "Not as printed: clause 3. Left as it is, decided by Ed on 2025-08-01."
    )
    asked = with_decisions(_record(flag), [_decision("terms_altered", action="ask")], SETTINGS)
    assert (asked.verdict, asked.flags[0].asks) == (Verdict.REVIEW, True)
    assert asked.flags[0].message.endswith("To be asked, decided by Ed on 2025-08-01.")


def test_decided_paper_settles_paper_and_title() -> None:
    flags = tuple(Flag(code=code, message="x") for code in ("title_differs", "signer_unknown"))
    record = _record(Flag(code="unknown_paper", message="x"), *flags)
    decided = with_decisions(record, [_decision("paper", "li25")], SETTINGS)
    assert decided.roster is not None
    assert (decided.roster.key, decided.roster.confidence) == ("li25", 1.0)
    assert [f.code for f in decided.flags if f.asks] == ["signer_unknown"]
    none = with_decisions(record, [_decision("paper", None)], SETTINGS)
    assert none.roster is None


def test_file_without_a_signing_block_that_is_let_pass_still_needs_a_date() -> None:
    flag = Flag(code="not_an_agreement", message="x", severity="reject")
    record = Record(document=Document(name="a", path="a"), verdict=Verdict.REJECTED, flags=(flag,))
    leave = _decision("not_an_agreement", action="leave")
    passed = with_decisions(record, [leave], SETTINGS)
    assert [f.code for f in passed.flags if f.asks] == ["undated"]
    dated = with_decisions(record, [leave, _decision("date", "2025-05-19")], SETTINGS)
    assert [f.code for f in dated.flags if f.asks] == ["signature_unclear"]
    both = [leave, _decision("date", "2025-05-19"), _decision("signature", "yes")]
    assert with_decisions(record, both, SETTINGS).verdict is Verdict.ACCEPTED


def test_flags_about_nothing_decided_stay() -> None:
    damaged = Flag(code="damaged", message="x")
    fault = Damage(stage="open", kind="broken_page", effect="x")
    record = _record(damaged, SLIP).model_copy(update={"damage": (fault,)})
    decided = with_decisions(record, [_decision("date", "2025-05-19")], SETTINGS)
    assert [f.code for f in decided.flags if f.asks] == ["damaged"]


@given(
    st.lists(st.sampled_from(sorted(CODES)), unique=True),
    st.lists(
        st.tuples(st.sampled_from((*FLAGS_OF, *CODES)), st.sampled_from(("leave", "ask"))),
        unique_by=lambda pair: pair[0],
        max_size=4,
    ),
    st.sampled_from((None, "yes", "no", "cannot tell")),
)
def test_settling_twice_is_settling_once(
    codes: list[str], decided: list[tuple[str, str]], present: str | None
) -> None:
    flags = [
        Flag(code=code, message="x", severity=SEVERITIES[code]) for code in CODES if code in codes
    ]
    decisions = [_decision(field, action=action) for field, action in decided]
    if present and all(field != "signature" for field, _ in decided):
        decisions.append(_decision("signature", present))
    once = settled_flags(flags, decisions)
    assert settled_flags(once, decisions) == once
    record = with_decisions(_record(*flags), decisions, SETTINGS)
    assert with_settled_flags(record, decisions) == record
    assert [f.code for f in record.flags] == sorted(
        (f.code for f in record.flags), key=list(CODES).index
    )


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("05/06/2025", "2025-06-05", ("/", "DMY")),
        ("05/06/2025", "2025-05-06", ("/", "MDY")),
        ("Vox/ Ox/ 25", "2025-05-06", None),
        ("5 June 2025", "2025-06-05", None),
    ],
)
def test_decided_date_votes_with_its_own_order(
    text: str, value: str, expected: tuple[str, str] | None
) -> None:
    decided = with_decisions(_record(SLIP, text=text), [_decision("date", value)], SETTINGS)
    vote = decided_vote(decided.fields.date, SETTINGS)
    assert vote.days == (((date.fromisoformat(value) - FIRST).days, 1_000_000),)
    assert vote.date_format == expected


def test_no_date_has_no_vote() -> None:
    decided = with_decisions(_record(SLIP), [_decision("date", None)], SETTINGS)
    assert decided_vote(decided.fields.date, SETTINGS).days == ()
