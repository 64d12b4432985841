"""Papers are matched by the file's name, which the content confirms, or by the content alone."""

import pytest

from ocr_extract.records import FieldResult, Fields
from ocr_extract.volume.roster.matching import Matcher, fold_title, title_similarity
from ocr_extract.volume.roster.roster import Paper, Roster

TREES = Paper(
    "feldmann25", "Robust Tree Ensembles for Long Documents", "Feldmann, Mira and Okafor, Jonas"
)
BANDITS = Paper(
    "garcia25", "Sparse Bandits under Drifting Rewards", "García Hernández, Ana and Li, Wei"
)
GRAPHS = Paper("tanaka25", "Continual Learning on Dynamic Graphs", "Tanaka, Yui and Feldmann, Mira")
STREAMS = Paper("okafor25", "Continual Learning from Streams of Tasks", "Okafor, Jonas")
MATCHER = Matcher(Roster((TREES, BANDITS, GRAPHS, STREAMS)))


def _fields(
    title: str | None = None, author: str | None = None, confidence: float = 0.95
) -> Fields:
    return Fields(
        title=FieldResult(value=title, confidence=confidence if title else 0.0),
        author=FieldResult(value=author, confidence=confidence if author else 0.0),
    )


def test_match_confirmed_by_the_content_has_the_highest_confidence() -> None:
    match = MATCHER.match("feldmann25Permission.pdf", _fields(TREES.title, "Mira Feldmann"))
    assert (match.paper, match.conflicting_paper) == (TREES, None)
    assert match.confidence > 0.99


def test_match_by_name_alone_has_a_lower_confidence() -> None:
    match = MATCHER.match("feldmann25Permission.pdf", Fields())
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
    match = MATCHER.match("scan0001.pdf", _fields(title, author))
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
    assert MATCHER.match("scan0001.pdf", _fields(title, author)).paper is None


def test_badly_read_words_do_not_match_another_paper() -> None:
    fields = _fields("~~ Bondits ~ Rewords ##", "W. L1", confidence=0.4)
    assert MATCHER.match("x.pdf", fields).paper in (BANDITS, None)


def test_name_and_content_of_different_papers_conflict() -> None:
    match = MATCHER.match("feldmann25.pdf", _fields(BANDITS.title, "Wei Li"))
    assert (match.paper, match.conflicting_paper) == (TREES, BANDITS)
    assert match.confidence <= 0.5


def test_author_of_two_papers_is_no_conflict() -> None:
    match = MATCHER.match("feldmann25.pdf", _fields(None, "Mira Feldmann"))
    assert (match.paper, match.conflicting_paper) == (TREES, None)


def test_content_decides_between_keys_that_differ_only_in_case() -> None:
    lower, upper = (
        Paper("li25", TREES.title, TREES.authors),
        Paper("LI25", BANDITS.title, "Li, Wei"),
    )
    match = Matcher(Roster((lower, upper))).match("Li25.pdf", _fields(BANDITS.title, "Wei Li"))
    assert match.paper == upper


def test_title_similarity() -> None:
    assert title_similarity("", "A") == (None, False)
    similarity, cut = title_similarity("Robust Tree Ensembles", TREES.title)
    assert (similarity, cut) == (1.0, True)
    similarity, cut = title_similarity("Robust Tree Ensembles for Long Document", TREES.title)
    assert similarity is not None
    assert similarity > 0.95
    assert not cut


def test_titles_are_normalized() -> None:
    assert fold_title("Über \\textit{DNA}: $L_2$-Norms  & O'Neil") == "uber dna l 2 norms oneil"


def test_empty_roster_matches_nothing() -> None:
    assert Matcher(Roster(())).match("a.pdf", _fields("A Title of Something")).paper is None
