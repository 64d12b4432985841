import pytest

from ocr_extract.signatures.names import (
    is_whole_name,
    name_similarity,
    names_in,
    person_similarity,
    signer_match,
)


@pytest.mark.parametrize(
    ("written", "name", "least"),
    [
        ("Mira Feldmann", "Mira Feldmann", 0.99), ("FELDMANN Mira", "Mira Feldmann", 0.99),
        ("Mira Feldnann", "Mira Feldmann", 0.85), ("Feldmann", "Mira Feldmann", 0.85),
        ("Jorg Capek", "Jörg Čapek", 0.99), ("李 明", "李 明", 0.9),
    ],
)  # fmt: skip
def test_same_name_is_similar(written: str, name: str, least: float) -> None:
    assert name_similarity(written, name) >= least


@pytest.mark.parametrize(
    ("written", "name"), [("25.07.2025", "Mira Feldmann"), ("", "x y"), ("xy", None)]
)
def test_unrelated_text_is_not_similar(written: str, name: str | None) -> None:
    assert name_similarity(written, name) < 0.4


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ("M. Feldmann", "Mira Feldmann"), ("Feldmann M", "Mira Feldmann"),
        ("Okafor", "Mira Feldmann, Jonas Okafor"), ("Jonas Okafor", "M. Feldmann and Jonas Okafor"),
        ("明李", "李 明"), ("Zhang Wei", "Wei Zhang"), ("ZhangWei", "Wei Zhang"),
        ("Feldmann Mira", "Mira Lena Katharina Feldmann"),
        ("Feldmann Mira", "a manuscript called On Things. Mira Lena Feldmann"),
    ],
)  # fmt: skip
def test_any_person_of_a_field_is_matched(written: str, field: str) -> None:
    assert person_similarity(written, field) >= 0.75


@pytest.mark.parametrize("written", ["Mira Brandt", "Le Mira", "Lena"])
def test_other_or_short_words_are_no_part_of_a_name(written: str) -> None:
    assert person_similarity(written, "a manuscript called On Le Things. Mira Lun Feldmann") < 0.75


def test_field_is_split_into_people() -> None:
    assert names_in("A. Bee, C. Dee and E. Eff") == ("A. Bee", "C. Dee", "E. Eff")
    assert names_in(None) == ()


@pytest.mark.parametrize(
    ("readings", "author", "corresponding", "means"),
    [
        ([("Mira Feldmann", 0.9)], "Mira Feldmann", "Mira Feldmann", "both"),
        ([("Feldmann", 0.4)], "Mira Feldmann", None, "author"),
        ([("J. Okafor", 0.9)], "Mira Feldmann", "Jonas Okafor", "corresponding_author"),
        ([("Ingrid Brandt", 0.97)], "Mira Feldmann", None, "neither"),
        ([("Inqrd Bnt", 0.5)], "Mira Feldmann", None, "cannot tell"),
        ([("李明", 0.99)], "Ming Li", None, "cannot tell"),
        ([("Ingrid Brandt", 0.97)], None, None, "cannot tell"),
        ([], "Mira Feldmann", None, "cannot tell"),
    ],
)
def test_signer_match_says_whose_name_is_signed(
    readings: list[tuple[str, float]], author: str | None, corresponding: str | None, means: str
) -> None:
    assert signer_match(readings, author, corresponding) == means


@pytest.mark.parametrize(
    ("written", "name", "whole"),
    [
        ("Žofie Brandt", "Zofie Brandt", True), ("MiraFeldmann", "Mira Feldmann", True),
        ("Feldmann", "Mira Feldmann", False), ("Mira", "Mira Feldmann", False),
        ("Li", "Li", False), ("x", None, False),
    ],
)  # fmt: skip
def test_whole_name_is_recognized(written: str, name: str | None, whole: bool) -> None:
    assert is_whole_name(written, name) is whole
