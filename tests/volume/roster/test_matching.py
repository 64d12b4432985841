"""Papers are matched by the file's name, which the content confirms, or by the content alone."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.records import Document, FieldResult, Fields, Record, Verdict
from ocr_extract.volume.roster.matching import Match, Matcher
from ocr_extract.volume.roster.roster import Paper, Roster

TREES = Paper(
    "feldmann25", "Robust Tree Ensembles for Long Documents", "Feldmann, Mira and Okafor, Jonas"
)
BANDITS = Paper(
    "garcia25", "Sparse Bandits under Drifting Rewards", "García Hernández, Ana and Li, Wei"
)
GRAPHS = Paper("tanaka25", "Continual Learning on Dynamic Graphs", "Tanaka, Yui and Feldmann, Mira")
STREAMS = Paper("okafor25", "Continual Learning from Streams of Tasks", "Okafor, Jonas")
PAPERS = (TREES, BANDITS, GRAPHS, STREAMS)

MANY = (
    *PAPERS,
    *(
        Paper(f"p{i}", f"{topic} of {thing}", f"{family}, {given}")
        for i, (topic, thing, family, given) in enumerate(
            itertools.product(
                ("Geometry", "Dynamics"), ("Kernels", "Auctions", "Proteins"),
                ("Novak", "Ibrahim"), ("Petra", "Samir"),
            )
        )
    ),
)  # fmt: skip
"""A roster in which a word of two papers is rare."""


def _fields(
    title: str | None = None, author: str | None = None, confidence: float = 0.95
) -> Fields:
    return Fields(
        title=FieldResult(value=title, confidence=confidence if title else 0.0),
        author=FieldResult(value=author, confidence=confidence if author else 0.0),
    )


def _record(name: str, fields: Fields, sha256: str | None = None) -> Record:
    document = Document(name=name, path=name, sha256=sha256)
    return Record(document=document, fields=fields, verdict=Verdict.ACCEPTED)


def _matches(*records: Record, papers: Sequence[Paper] = PAPERS) -> tuple[Match, ...]:
    return Matcher(Roster(tuple(papers))).matches(records)


def test_files_are_matched_around_a_paper_that_a_person_named() -> None:
    """A paper that has its file already is less likely to have another one."""
    fields = _fields(author="Mira Feldmann")
    files = [_record("a.pdf", fields, "a"), _record("b.pdf", fields, "b")]
    others = []
    for decided in (TREES, GRAPHS):
        pairs = zip(files, (Match(decided, 1.0), None), strict=True)
        fixed, other = Matcher(Roster(PAPERS)).matches_around(pairs)
        assert (fixed.paper, fixed.confidence) == (decided, 1.0)
        others.append(other.paper)
    assert others == [None, TREES]


def _match(name: str, fields: Fields, papers: Sequence[Paper] = PAPERS) -> Match:
    (match,) = _matches(_record(name, fields), papers=papers)
    return match


def _keys(matches: Sequence[Match]) -> list[str | None]:
    return [match.paper.key if match.paper else None for match in matches]


def test_match_confirmed_by_the_content_has_the_highest_confidence() -> None:
    match = _match("feldmann25Permission.pdf", _fields(TREES.title, "Mira Feldmann"))
    assert (match.paper, match.conflicting_paper) == (TREES, None)
    assert match.confidence > 0.99


def test_match_by_name_alone_has_a_lower_confidence() -> None:
    match = _match("feldmann25Permission.pdf", Fields())
    assert match.paper == TREES
    assert 0.9 < match.confidence < 0.99


@pytest.mark.parametrize(
    ("title", "author", "paper"),
    [
        ("Sparse Bandits under Drifting Rewards", None, BANDITS),
        ("SPARSE BANDlTS UNDER DRIFTlNG REWARDS", None, BANDITS),
        ("Sparse Bandits", "Ana Garcia Hernandez", BANDITS),
        ("Sparce Bandlts undcr Drlfting Rewords", "Wei Li", BANDITS),
        ("Continual Learning on Dynamic Graphs", None, GRAPHS),
        ("Continual Learning from Streams of Tasks", None, STREAMS),
        (None, "Yui Tanaka", GRAPHS),
    ],
)
def test_paper_is_found_by_content(title: str | None, author: str | None, paper: Paper) -> None:
    match = _match("scan0001.pdf", _fields(title, author))
    assert match.paper == paper
    assert 0.9 < match.confidence < 0.99


@pytest.mark.parametrize(
    ("title", "author"),
    [
        (None, None),
        ("Continual Learning", None),  # two papers
        (None, "Mira Feldmann"),  # an author of two papers
        ("Quantum Error Correction with Surface Codes", "Nobody Atall"),
        ("Robust Policies for Warehouse Robots in Long Aisles", "Ken Sato"),
        ("xq zz", None),
    ],
)
def test_unclear_content_matches_no_paper(title: str | None, author: str | None) -> None:
    assert _match("scan0001.pdf", _fields(title, author)).paper is None


def test_badly_read_words_do_not_match_another_paper() -> None:
    fields = _fields("~~ Bondits ~ Rewords ##", "W. L1", confidence=0.4)
    assert _match("x.pdf", fields).paper in (BANDITS, None)


def test_name_and_content_of_different_papers_conflict() -> None:
    match = _match("feldmann25.pdf", _fields(BANDITS.title, "Wei Li"))
    assert (match.paper, match.conflicting_paper) == (TREES, BANDITS)
    assert match.confidence <= 0.5


def test_author_of_two_papers_is_no_conflict() -> None:
    match = _match("feldmann25.pdf", _fields(None, "Mira Feldmann"))
    assert (match.paper, match.conflicting_paper) == (TREES, None)


def test_content_decides_between_keys_that_differ_only_in_case() -> None:
    lower, upper = (
        Paper("li25", TREES.title, TREES.authors),
        Paper("LI25", BANDITS.title, "Li, Wei"),
    )
    match = _match("Li25.pdf", _fields(BANDITS.title, "Wei Li"), (lower, upper))
    assert match.paper == upper


def test_empty_roster_matches_nothing() -> None:
    assert _match("a.pdf", _fields("A Title of Something"), ()).paper is None


def _all_named_but(left: Paper) -> list[Record]:
    return [_record(f"{p.key}.pdf", _fields(p.title)) for p in MANY if p != left]


def test_badly_read_form_gets_the_paper_that_is_left() -> None:
    """What was read fits two papers, and one of them has its file."""
    fields = _fields("Contnl Leorng fom Stroms", "Jnas", confidence=0.3)
    blurred = _record("scan.pdf", fields)
    assert _keys(_matches(blurred, papers=MANY)) == [None]
    assert _keys(_matches(blurred, *_all_named_but(STREAMS), papers=MANY))[0] == STREAMS.key


def test_author_of_two_papers_rather_signs_the_one_without_a_file() -> None:
    mira = _record("scan.pdf", _fields(None, "Mira Feldmann"))
    (alone,) = _matches(mira, papers=MANY)
    among_others, *_ = _matches(mira, *_all_named_but(GRAPHS), papers=MANY)
    assert alone.candidates[:1] == (TREES,)
    assert among_others.candidates[:1] == (GRAPHS,)


def test_paper_left_over_alone_is_no_evidence() -> None:
    """A stranger's form and a blank one, when three of four papers have their files."""
    named = [_record(f"{paper.key}.pdf", Fields()) for paper in (TREES, BANDITS, GRAPHS)]
    stranger = _fields("Quantum Error Correction with Surface Codes", "Nobody Atall")
    scans = [_record("a.pdf", stranger), _record("b.pdf", Fields())]
    assert _keys(_matches(*named, *scans))[-2:] == [None, None]


def test_likeliest_papers_are_candidates_when_none_is_likely_enough() -> None:
    match = _match("scan.pdf", _fields(None, "Mira Feldmann"), MANY)
    assert match.paper is None
    assert match.candidates == (TREES, GRAPHS)


def test_two_agreements_for_one_paper_have_the_same_paper() -> None:
    signed, again = _fields(BANDITS.title, "Wei Li"), _fields("Sparse Bandits", "Ana Garcia")
    matches = _matches(_record("a.pdf", signed, "1f"), _record("b.pdf", again, "2f"))
    assert _keys(matches) == [BANDITS.key, BANDITS.key]


def test_equal_files_have_the_same_match() -> None:
    blurred = _fields("Contnl Leornlg fron Strms", "Jnas Oktor", confidence=0.3)
    one, two = _record("a.pdf", blurred, "1f"), _record("b.pdf", blurred, "1f")
    alone, *both = *_matches(one), *_matches(one, two)
    assert both == [alone, alone]


FORMS = (
    _fields(TREES.title, "Mira Feldmann"), _fields("Sparse Bandits", "Wei Li", 0.4),
    _fields("Continual Learning", "Jonas Okafor"), _fields(None, "Yui Tanaka"),
    _fields("Quantum Error Correction", "Nobody Atall"), Fields(),
)  # fmt: skip


@given(st.permutations(range(len(FORMS))), st.permutations(PAPERS))
def test_order_of_files_and_papers_does_not_matter(
    order: list[int], papers: Sequence[Paper]
) -> None:
    records = [_record(f"scan{i}.pdf", form) for i, form in enumerate(FORMS)]
    expected = _matches(*records)
    shuffled = _matches(*(records[i] for i in order), papers=papers)
    assert shuffled == tuple(expected[i] for i in order)
