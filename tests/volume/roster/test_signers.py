"""A person is an author by any usual way of writing the name, and a stranger only if it is sure."""

import pytest

from ocr_extract.volume.roster.signers import is_author, is_stranger

AUTHORS = ("Wei Li", "Ana García", "Jörg Müller", "Søren Łukasz", "Omid Tavan Farahpour")
INITIALS = ("Q. Bo", "R. Sol", "J.-P. Dupont")


@pytest.mark.parametrize(
    "person",
    [
        "Wei Li", "Li Wei", "LI, Wei", "Li", "W. Li", "Li W.", "A. Garcia", "Ana Garcla", "ANA G.",
        "Maria García", "Garcia Marquez", "Joerg Mueller", "J. Muller", "Soren Lukasz", "S. Łukasz",
        "Farahpour", "O. Tavan", "Omid Tavan-Farahpour",
    ],
)  # fmt: skip
def test_author_is_known_by_names_initials_and_family_name(person: str) -> None:
    assert is_author(person, AUTHORS)
    assert not is_stranger(person, AUTHORS)


@pytest.mark.parametrize("person", ["Qiaoqiao Bo", "Bo Qiaoqiao", "Bo", "Ruben Sol", "J. Dupont"])
def test_author_is_known_where_the_roster_has_initials(person: str) -> None:
    assert is_author(person, INITIALS)


@pytest.mark.parametrize(
    "person", ["Nobody Atall", "Ana Okonkwo", "Wu Li-Feng", "W. Okonkwo", "Omid Reza", "Wei Bo"]
)
def test_other_person_is_a_stranger(person: str) -> None:
    assert not is_author(person, AUTHORS)
    assert is_stranger(person, AUTHORS)


def test_given_name_with_another_family_name_is_a_stranger_to_initials() -> None:
    assert is_stranger("Wei Bo", ("Q. Bo",))
    assert is_stranger("Qiaoqiao Ma", ("Q. Bo",))


@pytest.mark.parametrize(
    "person",
    ["2-", "Ab", "K.Y.", "李伟", "Иван Петров", "It may be changed only in writing by them"],
)
def test_shred_sentence_or_other_script_says_nothing(person: str) -> None:
    assert not is_author(person, AUTHORS)
    assert not is_stranger(person, AUTHORS)


def test_name_in_the_script_of_an_author_is_compared() -> None:
    assert is_author("Петров И.", ("Иван Петров",))
    assert is_stranger("Анна Сидорова", ("Иван Петров",))


def test_without_authors_nobody_is_a_stranger() -> None:
    assert not is_author("Wei Li", ())
    assert not is_stranger("Wei Li", ())
