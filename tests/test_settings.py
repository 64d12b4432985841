from datetime import date

import pytest

from ocr_extract.errors import BadSettings
from ocr_extract.settings import Settings, load_settings
from tests.factory import Factory


def test_toml_then_options(factory: Factory) -> None:
    path = factory.text("s.toml", "year = 2024\nstart = 2024-07-01\naccept_at = 0.8\n")
    settings = load_settings(path).with_options(year=2025, end=None)
    assert (settings.year, settings.start, settings.accept_at) == (2025, date(2024, 7, 1), 0.8)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("yaer = 2024\n", "yaer"),
        ("year = 'soon'\n", "year"),
        ("accept_at = 3\n", "accept_at"),
        ("max_pages = 0\n", "max_pages"),
    ],
)
def test_what_is_wrong_is_named(factory: Factory, content: str, named: str) -> None:
    with pytest.raises(BadSettings, match=named):
        load_settings(factory.text("s.toml", content))


def test_a_broken_or_missing_file_is_wrong_use(factory: Factory) -> None:
    with pytest.raises(BadSettings, match="Cannot read"):
        load_settings(factory.text("s.toml", "year = = 1"))
    with pytest.raises(BadSettings, match="Cannot read"):
        load_settings(factory.folder / "none.toml")


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().year = 2025  # type: ignore[misc]
