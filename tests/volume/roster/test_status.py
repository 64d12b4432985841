from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.records import Verdict
from ocr_extract.volume.roster.check import RecordSummary
from ocr_extract.volume.roster.roster import Paper, Roster
from ocr_extract.volume.roster.status import STATES, answer

ROSTER = Roster(tuple(Paper(key, key, "") for key in "abcd"))
BRIEF = RecordSummary(
    "a.pdf", 0, "00", "a", Verdict.ACCEPTED, "2025-05-01", "", "", "", (None, None)
)


def _brief(name: str, key: str | None, verdict: str = "accepted", **more: object) -> RecordSummary:
    changes = {"name": name, "key": key, "verdict": Verdict(verdict), "sha256": name}
    return replace(BRIEF, **{**changes, **more})  # type: ignore[arg-type]


def test_every_paper_has_one_state_and_every_other_file_is_named() -> None:
    briefs = [
        _brief("a.pdf", "a"),
        _brief("b.pdf", "b", "review"),
        _brief("b (1).pdf", "b"),
        _brief("d.pdf", "d", "rejected"),
        _brief("x.pdf", None),
    ]
    told = answer(ROSTER, briefs)
    assert [s.state for s in told.standings] == ["accepted", "duplicate", "missing", "rejected"]
    assert told.strangers == ("x.pdf",)
    assert sum(told.counts.values()) == 4


def test_a_standing_says_whose_paper_it_is() -> None:
    paper = Paper("k", "A Title", "Bee, Ann and Cee, Dan", "ann@example.org")
    (one,) = answer(Roster((paper,)), []).standings
    assert (one.title, one.first_author, one.email) == ("A Title", "Ann Bee", "ann@example.org")
    (none,) = answer(Roster((Paper("k", "", ""),)), []).standings
    assert (none.title, none.first_author, none.email) == ("", "", "")


def test_of_several_files_the_accepted_one_counts() -> None:
    (one, *_) = answer(ROSTER, [_brief("a.pdf", "a", "review"), _brief("z.pdf", "a")]).standings
    assert (one.counts, one.verdict, one.others) == ("z.pdf", Verdict.ACCEPTED, ("a.pdf",))
    assert one.why == "it is accepted, the next review"


def test_then_what_is_no_copy_and_then_the_latest() -> None:
    copy = [_brief("a (1).pdf", "a"), _brief("aPermission.pdf", "a")]
    assert answer(ROSTER, copy).standings[0].counts == "aPermission.pdf"
    late = [_brief("a1.tif", "a", date="2025-05-01"), _brief("a2.tif", "a", date="2025-06-01")]
    standing = answer(ROSTER, late).standings[0]
    assert (standing.counts, standing.why) == ("a2.tif", "it is the latest: 2025-06-01")


def test_the_same_file_twice() -> None:
    twice = [_brief("a.pdf", "a", sha256="s"), _brief("a-copy.pdf", "a", sha256="s")]
    standing = answer(ROSTER, twice).standings[0]
    assert (standing.state, standing.counts) == ("duplicate", "a.pdf")
    assert standing.why == "all are the same file"


BRIEFS = st.builds(
    _brief,
    st.sampled_from(["a.pdf", "b.pdf", "c (1).pdf", "c.pdf", "d.pdf"]),
    st.sampled_from(["a", "b", "c", None]),
    st.sampled_from(["accepted", "review", "rejected"]),
)


@given(st.lists(BRIEFS, max_size=12, unique_by=lambda b: (b.name, b.key)), st.randoms())
def test_totals_add_up_in_any_order(briefs: list[RecordSummary], rng: object) -> None:
    shuffled = list(briefs)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    told, again = answer(ROSTER, briefs), answer(ROSTER, shuffled)
    assert told == again
    assert sum(told.counts.values()) == len(ROSTER.papers)
    assert set(told.counts) == set(STATES)
    named = {s.counts for s in told.standings if s.counts} | set(told.strangers)
    others = {name for s in told.standings for name in s.others}
    assert named | others == {b.name for b in briefs}
