"""Turns the command-line options into settings, ledger URL and roster.

Wrong use is reported here, before any document is read.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from ocr_extract.calibration.model import load_calibration
from ocr_extract.errors import BadMap, BadRoster, BadSettings, LedgerTrouble, LostCluster
from ocr_extract.forms.definition import built_in_forms
from ocr_extract.settings import Settings, load_settings
from ocr_extract.volume.ledger import sqlite_url
from ocr_extract.volume.plan import identity
from ocr_extract.volume.roster.name_map import read_map
from ocr_extract.volume.roster.roster import COLUMNS, Roster, read_roster

_SCHEDULER = re.compile(r"(tcp|tls)://(\[[0-9a-fA-F:.]+\]|[\w.-]+):(\d{1,5})")
MAX_PRINTED_PROBLEMS = 20
"""Number of problems of one roster that are printed; the rest is counted (chosen)."""
MAX_HEADER_CHARACTERS = 10_000
"""Number of characters at the start of a table in which its header line is sought (chosen)."""


def settings_of(path: Path | None, year: int | None, target_error: float | None = None) -> Settings:
    """The settings of a TOML file, or the defaults, overridden by the options.

    `target_error` is a share, 0..1. Raises BadSettings.
    """
    chosen = load_settings(path) if path else Settings()
    _check_named(chosen)
    return chosen.with_options(year=year, target_error=target_error)


def _check_named(settings: Settings) -> None:
    """Check that every file and form named in the settings exists, before a document is read.

    Raises BadSettings.
    """
    forms = {form.name for form in built_in_forms()} | {"generic"}
    if settings.form not in forms:
        raise BadSettings(
            f"There is no form “{settings.form}”.", f"Known: {', '.join(sorted(forms))}."
        )
    for root in settings.trusted_roots:
        if not root.is_file():
            raise BadSettings(f"trusted_roots: {root} is no file.", "Give PEM or DER files.")
    if settings.calibration is not None:
        load_calibration(settings.calibration)


def check_scheduler(address: str | None) -> None:
    """Check the form of a scheduler's address before a connection is tried.

    Raises LostCluster when the address is not tcp://HOST:PORT or tls://HOST:PORT.
    """
    match = _SCHEDULER.fullmatch(address) if address is not None else None
    if address is not None and (match is None or not 0 < int(match[3]) < 2**16):
        message = f"“{address}” is no scheduler's address."
        raise LostCluster(message, "Give tcp://HOST:PORT or tls://HOST:PORT.")


def ledger_of(url: str | None, out: Path, inputs: Iterable[Path | None]) -> str | URL:
    """The ledger's URL; without `--ledger`, the SQLite file in the output folder.

    Raises LedgerTrouble when the text is not a database URL, or when the SQLite file would
    be an input file or stand in an input folder.
    """
    if url is None:
        return sqlite_url(out)
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        advice = "Give sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE."
        raise LedgerTrouble(f"“{url}” is no ledger's URL.", advice) from error
    name = (parsed.database or "").removeprefix("file:")
    if parsed.get_backend_name() != "sqlite" or name in ("", ":memory:"):
        return url
    for path in inputs:
        if path is not None and _is_within(Path(name).resolve(), path):
            message = f"The ledger {name} would be written into the input {path}."
            raise LedgerTrouble(message, "Give another --ledger.")
    return url


def _is_within(target: Path, path: Path) -> bool:
    whole = path.resolve()
    try:
        same = target.samefile(whole)
    except OSError:
        same = target == whole
    return same or whole in target.parents


def roster_of(
    path: Path | None, inputs: Sequence[Path], say: Callable[[str], None]
) -> Roster | None:
    """The given roster, else the only roster in an input folder or in its parent folder.

    Problems of the roster are reported through `say`. Raises BadRoster when the given roster
    cannot be read; a roster that was found but cannot be read is left out.
    """
    chosen = path or _roster_beside(inputs, say)
    if chosen is None:
        return None
    try:
        roster = read_roster(chosen)
    except BadRoster as error:
        if path is not None:
            raise
        say(f"no roster: {error.message} Papers are not checked.")
        return None
    for trouble in roster.troubles[:MAX_PRINTED_PROBLEMS]:
        say(f"roster {chosen.name}: {trouble}")
    if (more := len(roster.troubles) - MAX_PRINTED_PROBLEMS) > 0:
        say(f"roster {chosen.name}: and {more} more.")
    return roster


def with_names(roster: Roster | None, path: Path | None) -> Roster | None:
    """The roster with the table of names of `--map`. Raises BadMap when the table cannot be taken,
    or when there is no roster.
    """
    if path is None:
        return roster
    if roster is None:
        raise BadMap("--map needs the papers of a roster.", "Give --roster FILE, too.")
    return replace(roster, names=read_map(path, [paper.key for paper in roster.papers]))


def _roster_beside(inputs: Sequence[Path], say: Callable[[str], None]) -> Path | None:
    """The only roster in or beside the input folders; None when there is none or several."""
    folders = [Path(identity(path)) for path in inputs if path.is_dir()]
    if not folders:
        return None
    places = dict.fromkeys(place for folder in folders for place in (folder, folder.parent))
    rosters = [file for place in places for file in _rosters_in(place)]
    if len(rosters) == 1:
        say(f"roster: {rosters[0]}, found by itself (--no-roster: without it)")
        return rosters[0]
    names = ", ".join(file.name for file in rosters[:3]) + (", ..." if len(rosters) > 3 else "")
    which = f"{len(rosters)} could be it ({names})" if rosters else "none lies with the agreements"
    say(f"no roster: {which}; papers are not checked (--roster FILE)")
    return None


def _rosters_in(folder: Path) -> Iterator[Path]:
    """Every .bib file of a folder, and every .csv file with the columns of a roster."""
    try:
        files = sorted(folder.iterdir())
    except OSError:
        return
    for file in files:
        kind = file.suffix.lower()
        if file.name.startswith(".") or kind not in (".bib", ".csv") or not file.is_file():
            continue
        if kind == ".bib" or _has_columns(file):
            yield file


def _has_columns(table: Path) -> bool:
    try:
        with table.open(encoding="utf-8-sig", errors="replace") as file:
            head = file.read(MAX_HEADER_CHARACTERS).partition("\n")[0]
            names = next(csv.reader([head], delimiter="\t" if "\t" in head else ","), [])
    except (OSError, csv.Error):
        return False
    return set(COLUMNS) <= {name.strip().lower() for name in names}
