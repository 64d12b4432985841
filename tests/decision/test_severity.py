"""Severities: by the flag, by the case, and as the settings say; the verdict follows from them."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.decision.severity import (
    as_set,
    graded,
    gravest_of,
    has_machine_fault,
    is_located,
    ordered,
    verdict_of,
)
from ocr_extract.flag_codes import CODES, SEVERITIES
from ocr_extract.records import (
    MACHINE_FAULTS,
    Damage,
    DateResult,
    Evidence,
    Fields,
    Flag,
    Record,
    Severity,
    Verdict,
)
from ocr_extract.settings import Settings, parse_settings
from tests.decision_factory import DOCUMENT

DEFAULTS = Settings()
Severities = Mapping[str, Severity]


def _of(*codes: str) -> tuple[Flag, ...]:
    return tuple(Flag(code=code, message="x") for code in codes)


def _damage(kind: str | None) -> tuple[Damage, ...]:
    return (Damage(stage="read", kind=kind, effect="x"),) if kind else ()


def _set(**severities: Severity) -> Settings:
    return parse_settings({"flags": severities}, "test")


@pytest.mark.parametrize(
    ("codes", "fault", "located", "expected"),
    [
        ((), None, True, Verdict.ACCEPTED),
        (("signature_displaced",), None, True, Verdict.ACCEPTED),
        (("undated",), None, True, Verdict.REVIEW),
        (("signature_displaced", "undated"), None, True, Verdict.REVIEW),
        (("unsigned", "title_blank"), None, True, Verdict.REVIEW),
        (("undated", "unsigned"), None, True, Verdict.REJECTED),
        (("not_an_agreement",), None, False, Verdict.REJECTED),
        (("damaged",), "broken", False, Verdict.REJECTED),
        (("damaged",), "broken", True, Verdict.REVIEW),
        (("damaged",), "timeout", False, Verdict.REVIEW),
        (("damaged", "undated", "unsigned"), "reader_crashed", True, Verdict.REVIEW),
    ],
)
def test_verdict_follows_the_flags_unless_the_machine_failed(
    codes: tuple[str, ...], fault: str | None, located: bool, expected: Verdict
) -> None:
    flags = graded(_of(*codes), _damage(fault), DEFAULTS, located=located)
    assert verdict_of(flags) is expected


@given(st.sets(st.sampled_from(sorted(CODES))))
def test_flags_keep_their_own_severity_unless_the_form_is_blank(codes: set[str]) -> None:
    flags = graded(_of(*codes), (), DEFAULTS, located=True)
    rejecting = {"unsigned", "undated"} if {"unsigned", "undated"} <= codes else set()
    expected = {code: "reject" if code in rejecting else SEVERITIES[code] for code in codes}
    assert {flag.code: flag.severity for flag in flags} == expected


@given(
    st.dictionaries(st.sampled_from(sorted(CODES)), st.sampled_from(["note", "review", "reject"])),
    st.sets(st.sampled_from(sorted(CODES))),
)
def test_settings_replace_every_severity(severities: Severities, codes: set[str]) -> None:
    own = {flag.code: flag.severity for flag in graded(_of(*codes), (), DEFAULTS, located=True)}
    settings = _set(**severities)
    for flag in graded(_of(*codes), (), settings, located=True):
        assert flag.severity == severities.get(flag.code, own[flag.code])


def test_settings_may_reject_but_not_what_the_machine_failed_to_read() -> None:
    settings = _set(undated="reject")
    for fault in sorted(MACHINE_FAULTS):
        assert verdict_of(as_set(_of("undated"), _damage(fault), settings)) is Verdict.REVIEW
    assert verdict_of(as_set(_of("undated"), _damage("broken"), settings)) is Verdict.REJECTED


@pytest.mark.parametrize("code", ["damaged", "not_an_agreement"])
def test_settings_never_accept_a_file_without_a_signing_block(code: str) -> None:
    settings = _set(damaged="note", not_an_agreement="note")
    (flag,) = graded(_of(code), _damage("broken"), settings, located=False)
    assert flag.severity == "review"


def test_damage_that_costs_no_ink_is_a_note_unless_other_damage_does() -> None:
    (harmless,) = (each.model_copy(update={"harmless": True}) for each in _damage("broken_page"))
    (torn,) = _damage("broken_page")
    for damage, severity in (((harmless,), "note"), ((harmless, torn), "review")):
        (flag,) = graded(_of("damaged"), damage, DEFAULTS, located=True)
        assert flag.severity == severity
    (flag,) = graded(_of("damaged"), (harmless,), DEFAULTS, located=False)
    assert flag.severity == "reject"


def test_severity_of_the_case_holds_where_nothing_is_set() -> None:
    note = Flag(code="not_counted", message="x", severity="note")
    assert as_set([note], (), DEFAULTS) == (note,)
    assert as_set([note], (), _set(not_counted="review"))[0].severity == "review"


def test_gravest_verdict_counts() -> None:
    assert gravest_of() is Verdict.ACCEPTED
    assert gravest_of(Verdict.REVIEW, Verdict.ACCEPTED) is Verdict.REVIEW
    assert gravest_of(Verdict.REVIEW, Verdict.REJECTED) is Verdict.REJECTED


def test_machine_fault_is_found_among_other_damage() -> None:
    assert has_machine_fault((*_damage("broken"), *_damage("timeout")))
    assert not has_machine_fault(_damage("broken"))


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (DateResult(), False),
        (DateResult(written="blank"), True),
        (DateResult(written="hand"), True),
        (DateResult(evidence=(Evidence(kind="ink", source="x"),)), True),
    ],
)
def test_signing_block_was_found_where_the_date_is_a_mark_or_blank(
    date: DateResult, expected: bool
) -> None:
    record = Record(document=DOCUMENT, fields=Fields(date=date), verdict=Verdict.REVIEW)
    assert is_located(record) is expected


@given(st.permutations(list(CODES)))
def test_flags_are_put_in_the_order_of_the_codes(codes: list[str]) -> None:
    assert [flag.code for flag in ordered(_of(*codes))] == list(CODES)
    with pytest.raises(ValueError, match="no_such_code"):
        ordered(_of(*codes, "no_such_code"))
