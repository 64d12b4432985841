import pytest

from ocr_extract.signatures.fonts import is_script


@pytest.mark.parametrize(
    "font", ["ABCDEF+BrushScriptMT", "SnellRoundhand", "Noteworthy-Light", "DancingScript"]
)
def test_handwriting_font_is_script(font: str) -> None:
    assert is_script(font)


@pytest.mark.parametrize("font", ["Helvetica", "ArialMT", "TimesNewRomanPSMT", "Handel Gothic", ""])
def test_other_font_is_not_script(font: str) -> None:
    assert not is_script(font)
