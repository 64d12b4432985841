from datetime import date

import pytest

from ocr_extract.errors import BadSettings
from ocr_extract.settings import Settings, load_settings, parse_settings
from tests.factory import Factory


def test_options_override_the_toml_file(factory: Factory) -> None:
    path = factory.text("s.toml", "year = 2024\nstart = 2024-07-01\naccept_at = 0.8\n")
    settings = load_settings(path).with_options(year=2025, end=None)
    assert (settings.year, settings.start, settings.accept_at) == (2025, date(2024, 7, 1), 0.8)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("yaer = 2024\n", "yaer"),
        ("year = 'soon'\n", "year"),
        ("accept_at = 3\n", "accept_at"),
        ("max_pages = 0\n", "max_pages must be more than 0"),
        ("nonsense = 1\n", "nonsense is no setting"),
        ("max_bytes = inf\n", "max_bytes must be a number that is finite"),
        ("document_timeout = nan\n", "document_timeout must be a number that is finite"),
        ("document_timeout = 0.5\n", "document_timeout must be at least 1"),
        ("render_timeout = 0.5\n", "render_timeout must be at least 1"),
        ("read_timeout = 1e9\n", "read_timeout must be at most 86400"),
        ("document_seconds = inf\n", "document_seconds"),
        (f"max_pixels = {10**30}\n", "max_pixels must be at most"),
        (f"max_pages = {'9' * 5000}\n", "a number is too long"),
        (f"a = {'[' * 20_000}\n", "nested too deep"),
        ("[year]\nx = 1\n", "year must be a whole number"),
        ("[volume]\nyear = 2025\n", "volume is no setting"),
        ('languages = ["en", "xx"]\n', "languages.1 is no language"),
        ('languages = "en"\n', "languages must be a list"),
        ("start = 'soon'\n", "start must be a day"),
        ("form = 1\n", "form must be text"),
        ("calibration = 1\n", "calibration must be a path"),
        ("accept_at = 'x'\n", "accept_at must be a number"),
        ("flags = 3\n", "flags must be a table"),
        ('flags = ["undated"]\n', "flags must be a table"),
        ("[flags]\nundatd = 'note'\n", "flags names “undatd”, which is no flag"),
        ("[flags]\nundated = 'nota'\n", "flags gives undated a severity that is none of note"),
        ("[flags]\nundated = ['note']\n", "flags gives undated a severity that is none of note"),
    ],
)
def test_wrong_setting_is_named_in_the_error(factory: Factory, content: str, named: str) -> None:
    with pytest.raises(BadSettings, match=named) as error:
        load_settings(factory.text("s.toml", content))
    assert "\n" not in str(error.value)
    assert not any(word in str(error.value) for word in ("Input", "valid", "parse"))


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_absurd_value_is_accepted_or_named_in_the_error(name: str) -> None:
    """For any value the result is a setting or one plain sentence."""
    for value in (float("inf"), float("nan"), 10**400, -1, [], {}, "\x00", [[1]], True, 1e9):
        try:
            parse_settings({name: value}, "test")
        except BadSettings as error:
            assert str(error).count(name) >= 1  # noqa: PT017  it may also be taken


def test_language_outside_the_default_list_is_accepted() -> None:
    assert parse_settings({"languages": ["pl", "en"]}, "test").languages == ("pl", "en")


def test_too_large_settings_file_is_refused(factory: Factory) -> None:
    with pytest.raises(BadSettings, match="too large"):
        load_settings(factory.text("s.toml", "#" * 1_000_001))


def test_broken_or_missing_settings_file_raises_bad_settings(factory: Factory) -> None:
    with pytest.raises(BadSettings, match="Cannot read"):
        load_settings(factory.text("s.toml", "year = = 1"))
    with pytest.raises(BadSettings, match="Cannot read"):
        load_settings(factory.folder / "none.toml")


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().year = 2025  # type: ignore[misc]


def test_flags_are_a_table_of_severities(factory: Factory) -> None:
    path = factory.text("s.toml", "[flags]\nundated = 'reject'\nsignature_displaced = 'review'\n")
    settings = load_settings(path).with_options(year=2025)
    assert settings.severity_of("undated") == "reject"
    assert settings.severity_of("signature_displaced") == "review"
    assert settings.severity_of("unsigned") is None
    assert {settings, settings} == {settings}  # it can be a key
