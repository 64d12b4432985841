from datetime import date

import pytest

from ocr_extract.errors import BadRoster
from ocr_extract.volume.roster import plain_key, read_roster
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


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("feldmann25Permission.pdf", "feldmann25"), ("feldmann25.pdf", "feldmann25"),
        ("FELDMANN25-agreement.PDF", "feldmann25"), ("feldmann25Permission (1).pdf", "feldmann25"),
        ("hernandez-garcia25aPermission.pdf", "hernandez-garcia25a"),
        ("muller25Permission.pdf", "müller25"), ("mu\u0308ller25.tif", "müller25"),
        ("feldmann25bPermission.pdf", None), ("agreement.pdf", None),
    ],
)  # fmt: skip
def test_files_belong_to_papers_by_name(factory: Factory, name: str, key: str | None) -> None:
    match = read_roster(factory.text("v.bib", BIB)).match(name)
    assert (match.key if match else None) == key


def test_plain_keys() -> None:
    assert plain_key("Müller25_Permission (2)") == "muller25"
    assert plain_key("a25a") != plain_key("a25b")


def test_a_roster_without_proceedings_has_no_dates(factory: Factory) -> None:
    roster = read_roster(factory.text("v.bib", "@InProceedings{a25, title = {T}}"))
    assert (roster.year, roster.start, roster.context.known) == (None, None, False)


def test_dates_that_are_none_are_ignored(factory: Factory) -> None:
    head = "@Proceedings{p, year = {}, start = {2025-13-40}, end = {soon}}\n@InProceedings{a25,}"
    roster = read_roster(factory.text("v.bib", head))
    assert (roster.year, roster.start, roster.end) == (None, None, None)


@pytest.mark.parametrize("content", ["", "not bibtex at all", "@Proceedings{p, year = {2025}}"])
def test_a_roster_without_papers_is_wrong_use(factory: Factory, content: str) -> None:
    with pytest.raises(BadRoster, match="names no paper"):
        read_roster(factory.text("v.bib", content))


def test_a_missing_roster_is_wrong_use(factory: Factory) -> None:
    with pytest.raises(BadRoster, match="Cannot read the roster"):
        read_roster(factory.folder / "none.bib")


def test_a_broken_entry_costs_only_itself(factory: Factory) -> None:
    content = BIB + "@InProceedings{broken, title = {no end\n@InProceedings{last25, title = {L}}"
    keys = [p.key for p in read_roster(factory.text("v.bib", content)).papers]
    assert keys[:3] == ["feldmann25", "hernandez-garcia25a", "müller25"]
