"""Arguments and options that the commands take, with their help texts."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

MAX_JOBS = 1024
"""Largest number of processes that `--jobs` accepts (chosen)."""


class FailOn(StrEnum):
    """Which results of a run lead to exit code 1."""

    ERROR = "error"
    REVIEW = "review"
    NEVER = "never"


RosterOption = Annotated[
    Path | None,
    typer.Option("--roster", help="The volume's .bib or .csv: its papers and its dates."),
]
YearOption = Annotated[
    int | None, typer.Option("--year", help="The volume's year, when no roster says it.")
]
SettingsOption = Annotated[Path | None, typer.Option("--settings", help="TOML file with settings.")]
ResultsArgument = Annotated[Path, typer.Argument(help="Folder that `run` has written.")]
TruthArgument = Annotated[
    Path, typer.Argument(help="CSV or TSV with the columns `file` and `date` (ISO).")
]
DatesArgument = Annotated[
    Path | None, typer.Argument(help="CSV or TSV with the columns `file` and `date` (ISO).")
]
DecisionsOption = Annotated[
    bool,
    typer.Option("--decisions", help="Use the dates that people set, instead of a table."),
]
LedgerOption = Annotated[
    str | None,
    typer.Option("--ledger", help="The ledger's URL; without it, ledger.sqlite in --out."),
]
VerboseOption = Annotated[bool, typer.Option("--verbose", help="Log details and tracebacks.")]
NoRosterOption = Annotated[
    bool, typer.Option("--no-roster", help="Take no roster, also if one lies there.")
]
ReplaceOption = Annotated[
    bool, typer.Option("--replace", help="Replace the results of other agreements in --out.")
]
TargetErrorOption = Annotated[
    float | None,
    typer.Option("--target-error", help="Share of accepted dates that may be wrong (0..1)."),
]
JobsOption = Annotated[
    int, typer.Option("--jobs", min=0, max=MAX_JOBS, help="Processes; 0: one per core.")
]
SchedulerOption = Annotated[
    str | None, typer.Option("--scheduler", help="A Dask cluster instead: tcp://HOST:PORT.")
]
ShipFilesOption = Annotated[
    bool, typer.Option("--ship-files", help="Send the cluster each file; it has no such path.")
]
AgainOption = Annotated[
    bool, typer.Option("--again", help="Read again what failed for the machine's sake.")
]
VerifyOption = Annotated[
    bool, typer.Option("--verify", help="Hash every file again, whatever its time says.")
]
FailOnOption = Annotated[
    FailOn,
    typer.Option("--fail-on", help="What is exit code 1: unreadable files, review, nothing."),
]
LogJsonOption = Annotated[
    bool, typer.Option("--log-json", help="Progress and log as JSON lines, to stderr.")
]
PersonOption = Annotated[
    str | None, typer.Option("--person", help="Who decides; needed with --import.")
]
ExportOption = Annotated[
    Path | None, typer.Option("--export", help="Write the open items to this CSV file.")
]
ImportOption = Annotated[
    Path | None, typer.Option("--import", help="Take the decisions of this CSV file.")
]
ListOption = Annotated[bool, typer.Option("--list", help="Print the open items.")]
AuditOption = Annotated[
    float,
    typer.Option("--audit", min=0.0, max=1.0, help="Share of the accepted to ask about, too."),
]
PortOption = Annotated[
    int | None, typer.Option("--port", min=0, max=65535, help="The page's port on this machine.")
]
NoBrowserOption = Annotated[
    bool, typer.Option("--no-browser", help="Print the page's address, and open no browser.")
]
SearchOption = Annotated[
    str,
    typer.Option("--search", help="Open the page at the first agreement with these words."),
]
NotebookOption = Annotated[
    Path | None, typer.Option("--notebook", help="Write a notebook that shows the review.")
]
MapOption = Annotated[
    Path | None,
    typer.Option("--map", help="A table: submission number or file name, and key of the roster."),
]
NoReportOption = Annotated[
    bool, typer.Option("--no-report", help="Write the tables, but no report and no workbook.")
]
FullOption = Annotated[
    bool, typer.Option("--full", help="Show the signing block of every paper, also of accepted.")
]
ParquetOption = Annotated[
    bool, typer.Option("--parquet", help="Write the tables as Parquet, too (needs pyarrow).")
]
VolumeOption = Annotated[
    str | None,
    typer.Option("--volume", help="The volume's name, such as v330; else its folder says it."),
]
PatternOption = Annotated[str, typer.Option("--pattern", help="Names of the files in the package.")]
IntoGitOption = Annotated[
    bool, typer.Option("--into-git", help="Write into a git repository, where it is not ignored.")
]
SealOption = Annotated[
    Path | None, typer.Option("--seal", help="PKCS #12 file (.p12) that signs the certificate.")
]
PassphraseCommandOption = Annotated[
    str | None,
    typer.Option(
        "--passphrase-command",
        help="Prints the passphrase of --seal; else OCR_EXTRACT_SEAL_PASSPHRASE has it.",
    ),
]
CaOption = Annotated[
    list[Path] | None, typer.Option("--ca", help="Certificate of who vouches for the seal.")
]
