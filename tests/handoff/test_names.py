"""Names in a package are safe on every system and different for every paper."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.errors import UsageError
from ocr_extract.handoff.names import DEVICES, PATTERN, check_pattern, names_of, safe_text


def _stems(*keys: str, pattern: str = PATTERN, volume: str = "v330") -> list[str]:
    names = names_of(keys, pattern, volume)
    return [names[key].stem for key in keys]


def test_plain_keys_have_the_names_of_the_series() -> None:
    assert _stems("smith25", "garcía25b", "mlic25-07") == [
        "v330permissions/smith25Permission",
        "v330permissions/garcía25bPermission",
        "v330permissions/mlic25-07Permission",
    ]


@pytest.mark.parametrize(
    "key",
    ["../../etc/passwd", "/etc/passwd", "a\x00b", "C:\\x", "a\r\nb", "\u202egpj", "x" * 10_000, "",
     "..", "a:b", "a*?", "-rf", "~root", "<script>", "a" * 59 + "é" * 300],
)  # fmt: skip
def test_hostile_key_is_made_safe_and_this_is_said(key: str) -> None:
    name = names_of([key], PATTERN, "v330")[key]
    assert name.changed
    folder, _, file = name.stem.partition("/")
    assert folder == "v330permissions"
    assert "/" not in file
    assert len(f"{file}.pdf".encode()) < 255
    assert file.isprintable()


def test_device_is_no_name() -> None:
    stems = _stems("CON", "nul", "com1", "console", pattern="{key}.pdf")
    assert [bool(DEVICES.match(stem)) for stem in stems] == [False] * 4
    assert stems[3] == "console"
    assert stems[0].startswith("CON-")


def test_names_that_some_system_takes_for_equal_are_told_apart() -> None:
    keys = ["smith25", "Smith25", "e\u0301a25", "éa25", "manifest", "jones25"]
    stems = _stems(*keys, pattern="{key}.pdf")
    folded = {unicodedata.normalize("NFKD", stem).casefold() for stem in stems}
    assert len(folded) == len(keys)
    assert "manifest" not in folded
    assert stems[-1] == "jones25"
    assert dict(zip(keys, stems, strict=True)) == {
        key: name.stem for key, name in names_of(reversed(keys), "{key}.pdf", "").items()
    }


@given(st.lists(st.text(max_size=80), unique=True, max_size=6))
def test_every_set_of_keys_gives_safe_and_different_names(keys: list[str]) -> None:
    stems = _stems(*keys)
    assert len(
        {unicodedata.normalize("NFKD", stem.casefold()).casefold() for stem in stems}
    ) == len(keys)
    for stem in stems:
        folder, _, file = stem.partition("/")
        assert folder == "v330permissions"
        assert file
        assert file[0] not in ".-~ "
        assert not {"/", "\\", ":", "\0"} & set(file)
        assert len(f"{file}.pdf".encode()) < 255
        assert file.isprintable()


@given(st.text(max_size=300))
def test_safe_text_is_safe_already(text: str) -> None:
    assert safe_text(safe_text(text)) == safe_text(text)


@pytest.mark.parametrize(
    ("pattern", "volume"),
    [("../{key}.pdf", ""), ("/{key}.pdf", ""), ("{key", ""), ("{volume}.pdf", ""),
     ("{key}{key}.pdf", ""), ("{key.__class__}", ""), ("{key!r}", ""), ("{other}{key}", ""),
     ("{}{key}", ""), ("a//{key}.pdf", ""), ("{key}/../x.pdf", ""), ("a\\{key}.pdf", ""),
     ("{key}\x00.pdf", ""), ("{volume}{key}.pdf", "../x"), ("{volume}/{key}.pdf", "a/b"),
     ("{key:>200}.pdf", ""), ("a/b/c/d/e/{key}.pdf", ""), ("{key}. /x.pdf", "")],
)  # fmt: skip
def test_unsafe_pattern_is_refused_with_advice(pattern: str, volume: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_pattern(pattern, volume)
    assert caught.value.advice


def test_usual_patterns_are_taken() -> None:
    check_pattern(PATTERN, "v330")
    check_pattern(PATTERN, "")
    check_pattern("{key}.pdf", "")
    check_pattern("PMLR {volume}/{key} (signed).pdf", "v330")
