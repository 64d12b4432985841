"""The summary of a run: its totals, whether it is settled, and the JSON text of the ledger."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.records import Verdict
from ocr_extract.volume.record_summary import RecordSummary
from ocr_extract.volume.roster.status import STATES, PaperStatus, State, VolumeStatus
from ocr_extract.volume.volume_summary import VolumeSummary, totals_of

ACCEPTED = RecordSummary(
    "a.pdf", 0, "00", "a", Verdict.ACCEPTED, "2025-05-01", "", "", "", (None, None)
)
REVIEW = replace(ACCEPTED, verdict=Verdict.REVIEW, flags=("undated", "same_file"))
REJECTED = replace(ACCEPTED, verdict=Verdict.REJECTED, flags=("undated", "unsigned"))


def _status(*states: State) -> VolumeStatus:
    papers = tuple(PaperStatus(f"key{n}", state) for n, state in enumerate(states))
    return VolumeStatus(papers, ("x.pdf",))


def test_totals_count_documents_verdicts_and_flags() -> None:
    totals = totals_of([ACCEPTED, REVIEW, REJECTED, REJECTED])
    assert totals.documents == 4
    assert totals.verdicts == {Verdict.ACCEPTED: 1, Verdict.REVIEW: 1, Verdict.REJECTED: 2}
    assert totals.flags == {"undated": 3, "unsigned": 2, "same_file": 1}


def test_notes_are_counted_apart() -> None:
    noted = replace(ACCEPTED, notes=("signature_displaced",))
    totals = totals_of([noted, noted, REVIEW])
    assert totals.notes == {"signature_displaced": 2}
    assert "signature_displaced" not in totals.flags
    assert VolumeSummary(totals_of([noted])).is_settled


def test_flags_are_sorted_by_their_number_and_then_by_name() -> None:
    one_each = replace(REVIEW, flags=("unsigned", "damaged", "undated"))
    assert list(totals_of([one_each, REJECTED]).flags) == ["undated", "unsigned", "damaged"]
    assert list(totals_of([one_each]).flags) == ["damaged", "undated", "unsigned"]


def test_documents_that_are_forgotten_leave_the_totals_and_move_the_others_up() -> None:
    records = [replace(record, index=n) for n, record in enumerate((ACCEPTED, REVIEW, REJECTED))]
    papers = tuple(
        PaperStatus(f"key{n}", "review", index=n, agreeing=(2, 0) if n == 1 else ())
        for n in range(3)
    )
    whole = VolumeSummary(
        totals_of(records), VolumeStatus((*papers, PaperStatus("gone", "missing")), ())
    )
    left = whole.without([records[0]], {"key0", "other"})
    assert left.totals == totals_of(records[1:])
    assert left.status is not None
    assert [(p.key, p.index, p.agreeing) for p in left.status.papers] == [
        ("key1", 0, (1,)), ("key2", 1, ()), ("gone", -1, ()),
    ]  # fmt: skip
    assert (left.forgotten, whole.forgotten_sentence) == (1, "")
    assert left.forgotten_sentence.startswith("1 paper was forgotten: run `ocr-extract run` again")
    twice = left.without([replace(records[1], index=0)], {"key1"})
    assert (twice.forgotten, twice.totals) == (2, totals_of(records[2:]))
    assert twice.forgotten_sentence.startswith("2 papers were forgotten")
    assert VolumeSummary.from_json(twice.to_json()) == twice
    assert VolumeSummary(totals_of([])).is_settled
    assert not VolumeSummary(totals_of([]), forgotten=1).is_settled


def test_every_verdict_is_counted_also_when_no_document_has_it() -> None:
    assert totals_of(iter(())).verdicts == dict.fromkeys(Verdict, 0)


@pytest.mark.parametrize(
    ("records", "is_settled"),
    [
        ([ACCEPTED, ACCEPTED], True), ([], True),
        ([ACCEPTED, REVIEW], False), ([ACCEPTED, REJECTED], False),
    ],
)  # fmt: skip
def test_run_is_settled_when_every_document_is_accepted(
    records: list[RecordSummary], is_settled: bool
) -> None:
    assert VolumeSummary(totals_of(records)).is_settled is is_settled


@pytest.mark.parametrize("state", STATES)
def test_run_with_a_roster_is_settled_when_every_paper_is_accepted(state: State) -> None:
    summary = VolumeSummary(totals_of([ACCEPTED]), _status("accepted", state))
    assert summary.is_settled is (state == "accepted")


def test_accepted_papers_do_not_settle_a_document_for_review() -> None:
    assert not VolumeSummary(totals_of([REVIEW]), _status("accepted")).is_settled


SUMMARIES = st.builds(
    VolumeSummary,
    st.lists(st.sampled_from([ACCEPTED, REVIEW, REJECTED])).map(totals_of),
    st.none() | st.lists(st.sampled_from(STATES)).map(lambda states: _status(*states)),
)


@given(SUMMARIES)
def test_json_text_gives_the_same_summary(summary: VolumeSummary) -> None:
    stored = VolumeSummary.from_json(summary.to_json())
    assert stored == summary
    assert list(stored.totals.flags) == list(summary.totals.flags)
    assert stored.is_settled == summary.is_settled


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"totals": {"documents": "many"}}'])
def test_text_that_is_not_a_summary_is_an_error(content: str) -> None:
    with pytest.raises(ValueError, match="validation error"):
        VolumeSummary.from_json(content)
