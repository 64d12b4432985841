"""What the documentation lists is what the program has."""

import re
import shlex
from pathlib import Path
from typing import get_args

import pytest
import typer

from ocr_extract.cli import app
from ocr_extract.flag_codes import CODES, SEVERITIES
from ocr_extract.records import Damage, Stage

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def _all() -> str:
    return "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


def test_every_flag_is_explained() -> None:
    text = (ROOT / "docs" / "flags.md").read_text().partition("## Damage")[0]
    rows = re.findall(r"^\| `(\w+)` \| ([\w, ]+) \|", text, re.MULTILINE)
    listed = {code: set(re.findall(r"note|review|reject", words)) for code, words in rows}
    assert list(listed) == list(CODES)
    assert [code for code in CODES if SEVERITIES[code] not in listed[code]] == []


def test_every_damage_of_the_sources_is_explained() -> None:
    source = "\n".join(p.read_text() for p in (ROOT / "ocr_extract").rglob("*.py"))
    kinds = set(re.findall(r'Damaged\(\s*"\w+",\s*"(\w+)"', source))
    kinds |= set(re.findall(r'Damage\([^)]*?kind="(\w+)"', source))
    kinds |= set(re.findall(r'RecognizerTrouble\("(\w+)"', source))
    assert kinds
    listed = re.findall(r"^\| `(\w+)`", (ROOT / "docs" / "flags.md").read_text(), re.MULTILINE)
    assert kinds - set(listed) == set()
    assert get_args(Stage)
    assert "kind" in Damage.model_fields


def test_every_command_and_option_is_documented() -> None:
    text = (ROOT / "docs" / "usage.md").read_text()
    group = typer.main.get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        assert f"ocr-extract {name}" in text, name
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--") and option != "--help":
                    assert f"`{option}" in text, f"{name} {option}"


def test_the_readmes_two_commands_are_make_targets() -> None:
    readme = (ROOT / "README.md").read_text()
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for command in ("make run", "make test"):
        assert command in readme
        assert shlex.split(command)[1] in targets
    assert "make test" in (ROOT / ".ci" / "run").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
