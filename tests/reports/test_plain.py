"""Text of documents is printed only as printable characters, and without passwords."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_extract.cli import terminal
from ocr_extract.reports.plain import counted, plain, plain_lines, without_secrets

HOSTILE = "\x1b[31m\x9b\x07\u202e\u2066\u2069\r\n\t\x00\udce9"


@given(st.text())
def test_plain_text_is_printable_and_keeps_its_length(text: str) -> None:
    assert plain(text).isprintable()
    assert len(plain(text)) == len(text)
    assert plain_lines(text).count("\n") == text.count("\n")


def test_control_characters_are_replaced_and_spaces_are_kept() -> None:
    assert plain(f"a{HOSTILE}b") == "a?[31m" + "?" * 10 + "b"
    assert plain("Müller\u00a0字 “x” :bomb:") == "Müller 字 “x” :bomb:"


def test_console_prints_text_unchanged() -> None:
    """No emoji for a word between colons, no link, no colour for a number."""
    for soft_wrap in (False, True):
        file = io.StringIO()
        console = terminal.console_of(
            80, soft_wrap=soft_wrap, file=file, force_terminal=True, color_system="truecolor"
        )
        console.print(":bomb: [red]x[/red] [link=http://x]y[/link] 2025")
        terminal.print_line(":bomb: [red]x[/red] 12", console)
        first, second = file.getvalue().splitlines()
        assert first == ":bomb: [red]x[/red] [link=http://x]y[/link] 2025"
        assert second == ":bomb: [red]x[/red] 12"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://me:s3cret@host/db",
        "postgresql+psycopg://me:s3c/r@et:s3cret@host:5432/db?sslmode=require",
        "postgresql//me:s3cret@host/db",
        "postgresql:me:s3cret@host/db",
        "postgresql+psycopg://:s3cret@host/db",
        "postgresql://host/db?user=me&password=s3cret",
        "host=h password=s3cret user=me",
    ],
)
def test_password_is_hidden(url: str) -> None:
    shown = without_secrets(f"No ledger can be at {url}. Give another.")
    assert "s3c" not in shown
    assert "***" in shown
    assert shown.endswith("Give another.")


@pytest.mark.parametrize(
    "text",
    [
        "a25: one digit away from 2025",
        "tcp://host:8786",
        "sqlite:////out/ledger.sqlite",
        "From: Ann <ann@example.org>",
        "Give postgresql+psycopg://USER:PASSWORD@HOST/DATABASE.",
    ],
)
def test_text_without_password_is_unchanged(text: str) -> None:
    assert without_secrets(text) == text


def test_number_is_printed_with_its_noun() -> None:
    assert [counted(n, "file") for n in (0, 1, 2)] == ["0 files", "1 file", "2 files"]
    assert counted(2, "entry", "entries") == "2 entries"
