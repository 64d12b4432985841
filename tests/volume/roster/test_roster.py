from datetime import date

import pytest

from ocr_extract.errors import BadRoster
from ocr_extract.volume.roster.roster import Paper, read_roster
from tests.factory import Factory

BIB = """@Proceedings{sample-2025, year = {2025}, start = {2025-07-13}, end = {2025-07-19}}
@InProceedings{feldmann25, title = {Trees {\\"u}ber Trees}, author = {Feldmann, Mira and Okafor, Jonas}}
@InProceedings{hernandez-garcia25a, title = {Other}, author = {Hern{\\'a}ndez, Ana}}
@InProceedings{müller25, title = {Third}, author = {Müller, Ida}}
"""  # noqa: E501


def test_papers_and_dates(factory: Factory) -> None:
    roster = read_roster(factory.text("v.bib", BIB))
    assert [p.key for p in roster.papers] == ["feldmann25", "hernandez-garcia25a", "müller25"]
    assert (roster.year, roster.start, roster.end) == (2025, date(2025, 7, 13), date(2025, 7, 19))
    assert "2025-07-13" in roster.context.origin


def test_roster_without_proceedings_has_no_dates(factory: Factory) -> None:
    roster = read_roster(factory.text("v.bib", "@InProceedings{a25, title = {T}}"))
    assert (roster.year, roster.start, roster.context.known) == (None, None, False)


def test_invalid_dates_are_ignored(factory: Factory) -> None:
    head = "@Proceedings{p, year = {}, start = {2025-13-40}, end = {soon}}\n@InProceedings{a25,}"
    roster = read_roster(factory.text("v.bib", head))
    assert (roster.year, roster.start, roster.end) == (None, None, None)


@pytest.mark.parametrize("content", ["", "not bibtex at all", "@Proceedings{p, year = {2025}}"])
def test_roster_without_papers_is_an_error(factory: Factory, content: str) -> None:
    with pytest.raises(BadRoster, match="names no paper"):
        read_roster(factory.text("v.bib", content))


def test_missing_roster_is_an_error(factory: Factory) -> None:
    with pytest.raises(BadRoster, match="Cannot read the roster"):
        read_roster(factory.folder / "none.bib")


def test_broken_entry_is_read_line_by_line_and_reported(factory: Factory) -> None:
    content = (
        BIB
        + """@InProceedings{broken25,
    title = {A Title {with} Braces},
    author = {Doe, Jane and Roe, R.},
    abstract = {never ends {,
}
@InProceedings{last25, title = {L}}"""
    )
    roster = read_roster(factory.text("v.bib", content))
    keys = [p.key for p in roster.papers]
    assert sorted(keys) == ["broken25", "feldmann25", "hernandez-garcia25a", "last25", "müller25"]
    broken = next(p for p in roster.papers if p.key == "broken25")
    assert (broken.title, broken.people) == ("A Title with Braces", ("Jane Doe", "R. Roe"))
    assert roster.troubles == ("The entry broken25 at line 5 is not sound: read by its lines.",)


def test_block_that_cannot_be_read_is_reported(factory: Factory) -> None:
    roster = read_roster(factory.text("v.bib", BIB + "@InProceedings{x title={no comma}}\n"))
    assert len(roster.papers) == 3
    assert "line 5" in roster.troubles[0]


def test_first_entry_of_a_repeated_key_counts(factory: Factory) -> None:
    content = "@InProceedings{a, title={First}}\n@InProceedings{a, title={Second}}"
    roster = read_roster(factory.text("v.bib", content))
    assert [p.title for p in roster.papers] == ["First"]
    assert roster.troubles == ("The key a stands 2 times: only its first entry counts.",)


def test_entry_without_a_key_is_reported(factory: Factory) -> None:
    roster = read_roster(factory.text("v.bib", "@InProceedings{a,}\n@InProceedings{, title={X}}"))
    assert [p.key for p in roster.papers] == ["a"]
    assert "has no key" in roster.troubles[0]


def test_latex_becomes_text(factory: Factory) -> None:
    content = (
        '@InProceedings{a, title = {{\\"U}ber {DNA} \\& $L_2$ \\textit{Norms}},'
        " author = {M{\\\"u}ller, J{\\'o}zef and {\\L}uc {\\O}re}}"
    )
    (paper,) = read_roster(factory.text("v.bib", content)).papers
    assert paper.title == "Über DNA & $L_2$ Norms"
    assert paper.people == ("Józef Müller", "Łuc Øre")


@pytest.mark.parametrize("separator", [",", "\t"])
def test_table_is_read_as_a_roster(factory: Factory, separator: str) -> None:
    rows = (
        ("Key", "Title", "Authors", "Email"),
        ("a25", "A Title", "Ann Bee and Cee, Dan", "ann@example.org"),
        ("", "No key", "X", ""),
    )
    table = "\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)
    roster = read_roster(factory.text("v.csv", table))
    assert roster.papers == (Paper("a25", "A Title", "Ann Bee and Cee, Dan", "ann@example.org"),)
    assert roster.papers[0].people == ("Ann Bee", "Dan Cee")
    assert roster.troubles == ("1 row without a key is left out.",)


def test_table_without_a_column_is_an_error(factory: Factory) -> None:
    with pytest.raises(BadRoster, match="no column authors"):
        read_roster(factory.text("v.csv", "key,title\na,b\n"))


def test_many_blank_lines_are_read_quickly(factory: Factory) -> None:
    """Each line of a broken entry is read once, also when there are many blank lines."""
    unsound = "@InProceedings{a25,\n" + "\n" * 400_000 + "title = {Kept},\nabstract = {never {,\n}"
    (paper,) = read_roster(factory.text("v.bib", unsound)).papers
    assert paper == Paper("a25", "Kept", "")


def test_roster_that_is_too_large_is_refused(
    factory: Factory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocr_extract.volume.roster.roster.MAX_ROSTER_BYTES", 2_000_000)
    path = factory.text("v.bib", BIB + " " * 2_000_000)
    with pytest.raises(BadRoster, match="larger than 2 MB"):
        read_roster(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("v.bib", "@InProceedings{a\x1b[31m25, title = {T\u202eitle\x07}}"),
        ("v.csv", "key,title,authors\na\x1b[31m25,T\u202eitle\x07,B\n"),
    ],
)
def test_control_characters_are_removed_and_reported(
    factory: Factory, name: str, content: str
) -> None:
    roster = read_roster(factory.text(name, content))
    assert [(p.key, p.title) for p in roster.papers] == [("a[31m25", "Title")]
    assert "Control characters were left out: 3." in roster.troubles


def test_cell_that_is_too_long_is_reported_with_its_line(factory: Factory) -> None:
    table = "key,title,authors\na,b,c\nd," + "x" * 140_000 + ",e\n"
    with pytest.raises(BadRoster, match="line 3 is no row"):
        read_roster(factory.text("v.csv", table))
    lines = "key,title,authors\na,b,c\n" + 'd,"x\n\ny",e\n'
    assert read_roster(factory.text("v.csv", lines)).papers[1].title == "x y"
