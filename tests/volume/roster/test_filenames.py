import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.volume.roster.filenames import is_copy, key_index, plain_key
from ocr_extract.volume.roster.roster import Paper

KEYS = ("feldmann25", "hernandez-garcia25a", "müller25", "李25", "smith25", "Smith25", "a")
INDEX = key_index([Paper(key, "", "") for key in KEYS])


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("feldmann25Permission.pdf", ["feldmann25"]), ("feldmann25.pdf", ["feldmann25"]),
        ("FELDMANN25-agreement.PDF", ["feldmann25"]), ("feldmann25_signed.pdf", ["feldmann25"]),
        ("feldmann25Permission (1).pdf", ["feldmann25"]),
        ("feldmann25 (2)Permission.pdf", ["feldmann25"]),
        ("feldmann25-publication-agreement - copy.pdf", ["feldmann25"]),
        ("hernandez-garcia25aPermission.pdf", ["hernandez-garcia25a"]),
        ("hernandez_garcia25a.pdf", ["hernandez-garcia25a"]),
        ("muller25Permission.pdf", ["müller25"]), ("mu\u0308ller25.tif", ["müller25"]),
        ("M\u00dcLLER25Permission.pdf", ["müller25"]), ("李25Permission.pdf", ["李25"]),
        ("smith25.pdf", ["smith25"]), ("Smith25Permission.pdf", ["Smith25"]),
        ("SMITH25.pdf", ["smith25", "Smith25"]),
        ("feldmann25bPermission.pdf", []), ("agreement.pdf", []), ("25.pdf", []), (".pdf", []),
    ],
)  # fmt: skip
def test_files_belong_to_papers_by_name(name: str, keys: list[str]) -> None:
    assert [paper.key for paper in INDEX.papers_of(name)] == keys


def test_plain_keys_have_no_case_accents_or_punctuation() -> None:
    assert plain_key("Müller-25 a") == "muller25a"
    assert plain_key("a25a") != plain_key("a25b")
    assert plain_key("李25") != plain_key("王25")


def test_copies_are_recognized_by_their_names() -> None:
    assert is_copy("a25Permission (1).pdf")
    assert is_copy("a25 - Copy.pdf")
    assert not is_copy("a25Permission.pdf")


@given(st.text(max_size=260))
def test_any_name_is_accepted(name: str) -> None:
    assert len(INDEX.papers_of(name)) <= 2
