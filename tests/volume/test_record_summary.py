"""The summary of a record: what is compared with other documents, and what further flags do."""

from string import ascii_letters

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.records import (
    Box,
    DateResult,
    Document,
    FieldResult,
    Fields,
    Flag,
    Record,
    RosterMatch,
    Severity,
    SignatureResult,
    Verdict,
)
from ocr_extract.volume.record_summary import MAX_PEOPLE, MAX_TITLE, summary_of

DOCUMENT = Document(name="a.pdf", path="in/a.pdf", sha256="ab")


def _record(verdict: Verdict = Verdict.ACCEPTED, *codes: str, title: str = "") -> Record:
    flags = tuple(_flag(code) for code in codes)
    fields = Fields(title=FieldResult(value=title or None))
    return Record(document=DOCUMENT, verdict=verdict, flags=flags, fields=fields)


def _flag(code: str, severity: Severity = "review") -> Flag:
    return Flag(code=code, message="", severity=severity)


def test_summary_has_what_is_compared() -> None:
    date_box, ink_box = (Box(page=2, x0=0, y0=y, x1=9, y1=y + 9) for y in (20, 40))
    fields = Fields(
        title=FieldResult(value="Über \\textit{Trees}"),
        date=DateResult(value="2025-05-27", text="27 May 25", place=date_box),
        signature=SignatureResult(ink="f0", place=ink_box),
    )
    paper = RosterMatch(key="li25", state="matched", confidence=1)
    record = _record(Verdict.REVIEW, "unsigned").model_copy(
        update={"fields": fields, "roster": paper}
    )
    summary = summary_of(record, part=1, index=7)
    assert (summary.name, summary.sha256, summary.key) == ("a.pdf", "ab", "li25")
    assert (summary.part, summary.index, summary.verdict) == (1, 7, Verdict.REVIEW)
    assert (summary.date, summary.date_text) == ("2025-05-27", "27 May 25")
    assert (summary.ink, summary.title) == ("f0", "uber trees")
    assert summary.places == (ink_box, date_box)
    assert summary.flags == ("unsigned",)


def test_empty_record_has_an_empty_summary() -> None:
    summary = summary_of(_record())
    assert (summary.key, summary.date, summary.ink, summary.title) == (None, None, "", "")
    assert (summary.places, summary.flags, summary.part) == ((None, None), (), 0)


def test_titles_are_compared_up_to_their_limit() -> None:
    beginning = "x" * MAX_TITLE
    assert summary_of(_record(title=beginning + "y")).title == beginning
    assert summary_of(_record(title=beginning[1:] + "Y")).title == beginning[1:] + "y"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Verdict.ACCEPTED, Verdict.REVIEW),
        (Verdict.REVIEW, Verdict.REVIEW),
        (Verdict.REJECTED, Verdict.REJECTED),
    ],
)
def test_further_flag_sends_only_an_accepted_record_to_review(
    before: Verdict, after: Verdict
) -> None:
    summary = summary_of(_record(before)).with_flags([_flag("same_file")])
    assert (summary.verdict, summary.flags) == (after, ("same_file",))


def test_further_note_leaves_the_verdict_and_further_reject_takes_it() -> None:
    summary = summary_of(_record()).with_flags([_flag("not_counted", "note")])
    assert (summary.verdict, summary.flags, summary.notes) == (
        Verdict.ACCEPTED, (), ("not_counted",),
    )  # fmt: skip
    rejected = summary.with_flags([_flag("same_file", "reject")])
    assert (rejected.verdict, rejected.flags) == (Verdict.REJECTED, ("same_file",))


def test_notes_of_the_record_are_kept_apart() -> None:
    flags = (_flag("undated"), _flag("signature_displaced", "note"))
    summary = summary_of(_record(Verdict.REVIEW).model_copy(update={"flags": flags}))
    assert (summary.flags, summary.notes) == (("undated",), ("signature_displaced",))


def test_people_of_all_fields_stand_once_and_are_limited() -> None:
    fields = Fields(
        author=FieldResult(value="Ann Bee and Cee Dan"),
        corresponding_author=FieldResult(value="Ann Bee"),
        signature=SignatureResult(value="E. Eff"),
    )
    summary = summary_of(_record().model_copy(update={"fields": fields}))
    assert summary.people == ("Ann Bee", "Cee Dan", "E. Eff")
    many = Fields(author=FieldResult(value=", ".join(f"Person {c * 3}" for c in ascii_letters)))
    assert len(summary_of(_record().model_copy(update={"fields": many})).people) == MAX_PEOPLE


def test_no_further_flag_changes_nothing() -> None:
    summary = summary_of(_record())
    assert summary.with_flags([]) == summary
    assert summary.verdict is Verdict.ACCEPTED


CODES = st.lists(st.sampled_from(["undated", "unsigned", "same_file", "not_counted"]))


@given(CODES, CODES)
def test_each_code_stands_once_in_the_order_of_its_first_flag(
    codes: list[str], more: list[str]
) -> None:
    flagged = summary_of(_record(Verdict.REVIEW, *codes)).with_flags([_flag(c) for c in more])
    both = [*codes, *more]
    assert list(flagged.flags) == sorted(set(both), key=both.index)
