"""docs/architecture.md: what it names exists, and its walk leads upwards."""

import re
from pathlib import Path

from tests.test_floors import FLOORS, HEIGHT, PACKAGE

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
WALK = re.findall(r"^\d+\. `([\w/]+\.py)`", PAGE, re.MULTILINE)


def test_the_walk_has_at_most_twelve_rooms_which_exist() -> None:
    assert 8 <= len(WALK) <= 12
    assert [name for name in WALK if not (PACKAGE / name).is_file()] == []


def test_the_walk_never_goes_back_down() -> None:
    heights = [HEIGHT[name.split("/")[0]] for name in WALK]
    assert heights == sorted(heights)


def test_every_file_that_the_page_names_exists() -> None:
    names = re.findall(r"`([\w/]+\.(?:py|toml))`", PAGE)
    assert names
    places = (PACKAGE, ROOT)
    assert [name for name in names if not any((p / name).is_file() for p in places)] == []


def test_the_table_lists_every_floor_in_order() -> None:
    rows = re.findall(r"^\| (`[^|]+`) \|", PAGE, re.MULTILINE)
    listed = [re.findall(r"`(\w+)(?:/|\.py)?`", row) for row in rows]
    expected = [sorted(set(floor) - {"_version", "__init__", "__main__"}) for floor in FLOORS]
    assert [sorted(names) for names in listed] == [names for names in expected if names]
