import pytest

from ocr_extract.sources.text import decode, plain_lines


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("- Date: *May 28, 2025*", "- Date: May 28, 2025"),
        (" - Signed: **Mira Feldmann**", "- Signed: Mira Feldmann"),
        ("***x***", "x"),
        ("# Publication Agreement", "Publication Agreement"),
        (" $^{^1}$ The language", "1 The language"),
        ("27$^{th}$ May", "27th May"),
        ("see <http://example.org/>", "see <http://example.org/>"),
        ("[terms](http://example.org)", "terms"),
        ("a<sup>1</sup>", "a 1"),
        ("\\textbf{Signed:}", "Signed:"),
        ("snake_case_name and 2*3*4", "snake_case_name and 2*3*4"),
        ("", ""),
    ],
)
def test_markup_is_removed(marked: str, plain: str) -> None:
    assert plain_lines(marked) == ([plain] if marked else [])


def test_lines_are_kept() -> None:
    assert plain_lines("a\n\n b \x0cc") == ["a", "", "b", "c"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_encodings_are_decoded(encoding: str) -> None:
    assert decode("Signed: Jörg Čapek\n".encode(encoding), 1000) == "Signed: Jörg Čapek\n"


def test_text_that_is_not_unicode_is_decoded_as_latin_1() -> None:
    assert decode("Jörg".encode("latin-1"), 1000) == "Jörg"
