from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.records import Verdict
from ocr_extract.volume.record_summary import RecordSummary
from ocr_extract.volume.roster.roster import Paper, Roster
from ocr_extract.volume.roster.status import STATES, status_of

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
        _summary("b (1).pdf", "b"),
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


def test_same_file_twice_is_a_duplicate() -> None:
    twice = [_summary("a.pdf", "a", sha256="s"), _summary("a-copy.pdf", "a", sha256="s")]
    status = status_of(ROSTER, twice).papers[0]
    assert (status.state, status.counts) == ("duplicate", "a.pdf")
    assert status.why == "all are the same file"


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
