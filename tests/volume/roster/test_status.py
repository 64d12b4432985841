from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.records import Verdict
from ocr_extract.settings import parse_settings
from ocr_extract.volume.record_summary import RecordSummary
from ocr_extract.volume.roster.roster import Paper, Roster
from ocr_extract.volume.roster.status import STATES, not_counted, status_of

ROSTER = Roster(tuple(Paper(key, key, "") for key in "abcd"))
SUMMARY = RecordSummary(
    "a.pdf", 0, "00", "a", Verdict.ACCEPTED, "2025-05-01", "", "", "", (None, None)
)


def _summary(
    name: str, key: str | None, verdict: str = "accepted", **more: object
) -> RecordSummary:
    changes = {"name": name, "key": key, "verdict": Verdict(verdict), "sha256": name}
    return replace(SUMMARY, **{**changes, **more})  # type: ignore[arg-type]


def test_every_paper_has_one_state_and_every_other_file_is_named() -> None:
    summaries = [
        _summary("a.pdf", "a"),
        _summary("b.pdf", "b", "review"),
        _summary("b (1).pdf", "b", "review", date="2025-06-01"),
        _summary("d.pdf", "d", "rejected"),
        _summary("x.pdf", None),
    ]
    status = status_of(ROSTER, summaries)
    assert [s.state for s in status.papers] == ["accepted", "duplicate", "missing", "rejected"]
    assert status.unmatched_files == ("x.pdf",)
    assert sum(status.counts.values()) == 4


def test_status_has_the_papers_data() -> None:
    paper = Paper("k", "A Title", "Bee, Ann and Cee, Dan", "ann@example.org")
    (paper_status,) = status_of(Roster((paper,)), []).papers
    assert (paper_status.title, paper_status.first_author, paper_status.email) == (
        "A Title",
        "Ann Bee",
        "ann@example.org",
    )
    (empty_status,) = status_of(Roster((Paper("k", "", ""),)), []).papers
    assert (empty_status.title, empty_status.first_author, empty_status.email) == ("", "", "")


def test_accepted_file_counts() -> None:
    (paper_status, *_) = status_of(
        ROSTER, [_summary("a.pdf", "a", "review"), _summary("z.pdf", "a")]
    ).papers
    assert (paper_status.counts, paper_status.verdict, paper_status.others) == (
        "z.pdf",
        Verdict.ACCEPTED,
        ("a.pdf",),
    )
    assert paper_status.why == "it is accepted, the next review"


def test_original_counts_before_a_copy_and_a_later_date_before_an_earlier() -> None:
    with_copy = [_summary("a (1).pdf", "a"), _summary("aPermission.pdf", "a")]
    assert status_of(ROSTER, with_copy).papers[0].counts == "aPermission.pdf"
    with_later_date = [
        _summary("a1.tif", "a", date="2025-05-01"),
        _summary("a2.tif", "a", date="2025-06-01"),
    ]
    status = status_of(ROSTER, with_later_date).papers[0]
    assert (status.counts, status.why) == ("a2.tif", "it is the latest: 2025-06-01")


def test_same_file_twice_has_the_state_of_that_file() -> None:
    for verdict in ("accepted", "review"):
        twice = [_summary(name, "a", verdict, sha256="s") for name in ("a.pdf", "a-copy.pdf")]
        status = status_of(ROSTER, twice).papers[0]
        assert (status.state, status.counts) == (verdict, "a.pdf")
        assert (status.why, status.others) == ("all are the same file", ("a-copy.pdf",))


EARLIER, LATER = "2025-04-30", "2025-05-02"


@pytest.mark.parametrize(
    ("counting", "other", "date", "severity"),
    [
        ("accepted", "accepted", LATER, "note"),
        ("accepted", "review", SUMMARY.date, "note"),
        ("accepted", "review", EARLIER, "note"),
        ("accepted", "review", "2025-05", "note"),
        ("accepted", "rejected", None, "note"),
        ("accepted", "review", LATER, "review"),
        ("review", "review", EARLIER, "review"),
        ("review", "review", SUMMARY.date, "review"),
        ("review", "rejected", None, "review"),
    ],
)
def test_other_file_is_a_note_where_it_says_nothing_later_than_one_in_order(
    counting: str, other: str, date: str | None, severity: str
) -> None:
    first = _summary("a.pdf", "a", counting)
    second = _summary("a (1).pdf", "a", other, date=date, index=1)
    paper = status_of(ROSTER, [first, second]).papers[0]
    assert paper.counts == "a.pdf"
    assert not_counted(first, paper) == ()
    (flag,) = not_counted(second, paper)
    assert (flag.code, flag.severity) == ("not_counted", severity)
    assert "a.pdf counts" in flag.message
    assert paper.state == (counting if severity == "note" else "duplicate")


def test_settings_decide_whether_a_paper_with_several_files_is_settled() -> None:
    both = [_summary("a.pdf", "a"), _summary("a (1).pdf", "a", index=1)]
    later = replace(both[1], date=LATER, verdict=Verdict.REVIEW)
    for severity, state in (("note", "accepted"), ("review", "duplicate")):
        settings = parse_settings({"flags": {"not_counted": severity}}, "test")
        for second in (both[1], later):
            assert status_of(ROSTER, [both[0], second], settings).papers[0].state == state


def test_files_without_bytes_are_not_the_same_file() -> None:
    unread = [_summary(n, "a", "review", sha256=None, index=i) for i, n in enumerate(("a", "a-2"))]
    assert status_of(ROSTER, unread).papers[0].state == "duplicate"


def test_only_file_of_a_paper_counts() -> None:
    only = _summary("a.pdf", "a")
    assert not_counted(only, status_of(ROSTER, [only]).papers[0]) == ()
    assert not_counted(only, None) == ()


SUMMARIES = st.builds(
    _summary,
    st.sampled_from(["a.pdf", "b.pdf", "c (1).pdf", "c.pdf", "d.pdf"]),
    st.sampled_from(["a", "b", "c", None]),
    st.sampled_from(["accepted", "review", "rejected"]),
)


@given(st.lists(SUMMARIES, max_size=12, unique_by=lambda b: (b.name, b.key)), st.randoms())
def test_totals_add_up_in_any_order(summaries: list[RecordSummary], rng: object) -> None:
    shuffled = list(summaries)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    status, again = status_of(ROSTER, summaries), status_of(ROSTER, shuffled)
    assert status == again
    assert sum(status.counts.values()) == len(ROSTER.papers)
    assert set(status.counts) == set(STATES)
    named = {s.counts for s in status.papers if s.counts} | set(status.unmatched_files)
    others = {name for s in status.papers for name in s.others}
    assert named | others == {b.name for b in summaries}
