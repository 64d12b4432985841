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
    told = status_of(ROSTER, summaries)
    assert [s.state for s in told.papers] == ["accepted", "duplicate", "missing", "rejected"]
    assert told.unmatched_files == ("x.pdf",)
    assert sum(told.counts.values()) == 4


def test_a_standing_says_whose_paper_it_is() -> None:
    paper = Paper("k", "A Title", "Bee, Ann and Cee, Dan", "ann@example.org")
    (one,) = status_of(Roster((paper,)), []).papers
    assert (one.title, one.first_author, one.email) == ("A Title", "Ann Bee", "ann@example.org")
    (none,) = status_of(Roster((Paper("k", "", ""),)), []).papers
    assert (none.title, none.first_author, none.email) == ("", "", "")


def test_of_several_files_the_accepted_one_counts() -> None:
    (one, *_) = status_of(ROSTER, [_summary("a.pdf", "a", "review"), _summary("z.pdf", "a")]).papers
    assert (one.counts, one.verdict, one.others) == ("z.pdf", Verdict.ACCEPTED, ("a.pdf",))
    assert one.why == "it is accepted, the next review"


def test_then_what_is_no_copy_and_then_the_latest() -> None:
    copy = [_summary("a (1).pdf", "a"), _summary("aPermission.pdf", "a")]
    assert status_of(ROSTER, copy).papers[0].counts == "aPermission.pdf"
    late = [_summary("a1.tif", "a", date="2025-05-01"), _summary("a2.tif", "a", date="2025-06-01")]
    standing = status_of(ROSTER, late).papers[0]
    assert (standing.counts, standing.why) == ("a2.tif", "it is the latest: 2025-06-01")


def test_the_same_file_twice() -> None:
    twice = [_summary("a.pdf", "a", sha256="s"), _summary("a-copy.pdf", "a", sha256="s")]
    standing = status_of(ROSTER, twice).papers[0]
    assert (standing.state, standing.counts) == ("duplicate", "a.pdf")
    assert standing.why == "all are the same file"


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
    told, again = status_of(ROSTER, summaries), status_of(ROSTER, shuffled)
    assert told == again
    assert sum(told.counts.values()) == len(ROSTER.papers)
    assert set(told.counts) == set(STATES)
    named = {s.counts for s in told.papers if s.counts} | set(told.unmatched_files)
    others = {name for s in told.papers for name in s.others}
    assert named | others == {b.name for b in summaries}
