"""The commands and their options. Slow modules are imported only when a command is called.

The docstrings of the commands are the help texts that `--help` prints.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ocr_extract._version import __version__
from ocr_extract.cli import notify_options as asked
from ocr_extract.cli.parameters import (
    AgainOption,
    AuditOption,
    CaOption,
    DatesArgument,
    DecisionsOption,
    ExportOption,
    FailOn,
    FailOnOption,
    FullOption,
    ImportOption,
    IntoGitOption,
    JobsOption,
    LedgerOption,
    ListOption,
    LogJsonOption,
    MapOption,
    NoBrowserOption,
    NoReportOption,
    NoRosterOption,
    NotebookOption,
    ParquetOption,
    PassphraseCommandOption,
    PatternOption,
    PersonOption,
    PortOption,
    ReplaceOption,
    ResultsArgument,
    RosterOption,
    SchedulerOption,
    SealOption,
    SearchOption,
    SettingsOption,
    ShipFilesOption,
    TargetErrorOption,
    TruthArgument,
    VerboseOption,
    VerifyOption,
    VolumeOption,
    YearOption,
)

app = typer.Typer(
    name="ocr-extract",
    help="Read signed publication agreements: who signed what, when, and how sure that is.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"ocr-extract {__version__}\n")
        raise typer.Exit


@app.callback()
def program(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and end."
        ),
    ] = False,
) -> None:
    """Read signed publication agreements: who signed what, when, and how sure that is."""


@app.command("run")
def run_command(
    paths: Annotated[list[Path], typer.Argument(help="Agreements, or folders of them.")],
    roster: RosterOption = None,
    no_roster: NoRosterOption = False,
    names: MapOption = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for the results.")] = Path("results"),
    replace: ReplaceOption = False,
    year: YearOption = None,
    settings: SettingsOption = None,
    target_error: TargetErrorOption = None,
    jobs: JobsOption = 0,
    scheduler: SchedulerOption = None,
    ship_files: ShipFilesOption = False,
    ledger: LedgerOption = None,
    again: AgainOption = False,
    verify: VerifyOption = False,
    fail_on: FailOnOption = FailOn.REVIEW,
    no_report: NoReportOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print only the totals.")] = False,
    log_json: LogJsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Read agreements into the ledger; write report.html and tables; print the answer.

    What the ledger has is not read again: a run that was killed goes on where it was.
    Exit code: 0 all accepted, 1 something needs a person (see --fail-on), 2 wrong use,
    3 a tool is missing, 4 internal error.
    """
    from ocr_extract.volume.workers.early import early_worker

    with early_worker(paths, scheduler) as early:
        from ocr_extract.cli.run import RunOptions, run

        options = RunOptions(
            paths=tuple(paths), roster=roster, no_roster=no_roster, names=names, out=out,
            replace=replace, year=year, settings=settings, target_error=target_error, jobs=jobs,
            scheduler=scheduler, ship_files=ship_files, ledger=ledger, again=again, verify=verify,
            fail_on=fail_on.value, quiet=quiet, log_json=log_json, verbose=verbose,
            report=not no_report,
        )  # fmt: skip
        raise typer.Exit(run(options, early))


@app.command("history")
def history_command(
    key: Annotated[str, typer.Argument(help="A paper's key, a file's name, or a SHA-256.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the results.")] = Path("results"),
    ledger: LedgerOption = None,
) -> None:
    """Everything that was ever said of one paper: values, decisions, messages."""
    from ocr_extract.cli.history import history

    history(key, out, ledger)


@app.command("forget")
def forget_command(
    key: Annotated[str, typer.Argument(help="A paper's key, a file's name, or a SHA-256.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the results.")] = Path("results"),
    ledger: LedgerOption = None,
) -> None:
    """Remove everything that is held of one paper; say what stays, and why."""
    from ocr_extract.cli.forget import forget

    forget(key, out, ledger)


@app.command("review")
def review_command(
    out: Annotated[Path, typer.Option("--out", help="Folder of the results.")] = Path("results"),
    ledger: LedgerOption = None,
    person: PersonOption = None,
    export: ExportOption = None,
    table: ImportOption = None,
    listed: ListOption = False,
    audit: AuditOption = 0.0,
    port: PortOption = None,
    no_browser: NoBrowserOption = False,
    notebook: NotebookOption = None,
    search: SearchOption = "",
) -> None:
    """Open a page on which a person settles what is open, or take decisions from a table.

    With --list, --export, --import or --notebook no page is opened. Ctrl-C ends the page. After
    the page and after an import the volume is resolved and the tables are written again; no
    agreement is read.
    Exit code: 0 nothing is open, 1 something is, 2 wrong use.
    """
    from ocr_extract.cli.review import ReviewOptions, review

    options = ReviewOptions(
        out, ledger, person, export, table, listed, audit, port, not no_browser, notebook, search
    )  # fmt: skip
    raise typer.Exit(review(options))


@app.command("show")
def show_command(
    file: Annotated[Path, typer.Argument(help="One agreement.")],
    roster: RosterOption = None,
    year: YearOption = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for the pictures.")] = Path("results"),
    settings: SettingsOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Explain one document: what was read where, and why the values were chosen.

    Draws each page with the found places as PNG into the output folder.
    """
    from ocr_extract.cli.output import log_to_stderr
    from ocr_extract.cli.show import show

    log_to_stderr(verbose=verbose)
    raise typer.Exit(show(file, roster, year, settings, out))


@app.command("evaluate")
def evaluate_command(
    results: ResultsArgument,
    truth: TruthArgument,
    out: Annotated[Path, typer.Option("--out", help="Folder for the plots.")] = Path("evaluation"),
) -> None:
    """Compare results with the truth: exact, wrong among the accepted, calibration.

    Draws reliability.png and risk-coverage.png into the output folder.
    """
    from ocr_extract.cli.measure import evaluate

    evaluate(results, truth, out)


@app.command("calibrate")
def calibrate_command(
    results: ResultsArgument,
    truth: DatesArgument = None,
    decisions: DecisionsOption = False,
    ledger: LedgerOption = None,
    out: Annotated[Path, typer.Option("--out", help="The calibration to write.")] = Path(
        "calibration.json"
    ),
) -> None:
    """Fit the confidences anew on results whose truth is known: by a table, or by what people
    decided in a review (--decisions).

    Use it with `calibration = "calibration.json"` in the settings. Where the labels are too
    few, nothing is written.
    """
    from ocr_extract.cli.measure import calibrate

    calibrate(results, truth, out, (ledger or results) if decisions else None)


@app.command("doctor")
def doctor_command() -> None:
    """Say which tools are there, which are missing, and the command that installs each."""
    from ocr_extract.cli.doctor import doctor

    raise typer.Exit(doctor())


@app.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of a record."""
    from ocr_extract.reports.tables import schema_text

    sys.stdout.write(schema_text())


@app.command("report")
def report_command(
    out: Annotated[Path, typer.Option("--out", help="Folder of the results.")] = Path("results"),
    ledger: LedgerOption = None,
    full: FullOption = False,
    parquet: ParquetOption = False,
) -> None:
    """Write report.html, volume.xlsx and the tables again, from the ledger's last run.

    Every run does so at its end. No agreement is read again, only drawn.
    """
    from ocr_extract.cli.report import report

    report(out, ledger, full=full, parquet=parquet)


@app.command("package")
def package_command(
    to: Annotated[Path, typer.Option("--to", help="The zip file to write.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the results.")] = Path("results"),
    ledger: LedgerOption = None,
    volume: VolumeOption = None,
    pattern: PatternOption = "{volume}permissions/{key}Permission.pdf",
    into_git: IntoGitOption = False,
    seal: SealOption = None,
    passphrase_command: PassphraseCommandOption = None,
) -> None:
    """Write the accepted agreements for the series: a zip file with a manifest and a certificate.

    Every file is read again, and left out if it is not the one that was checked. Papers without an
    accepted agreement are listed; then the certificate says INCOMPLETE.
    Exit code: 0 every paper is in it, 1 some are not, 2 wrong use.
    """
    from ocr_extract.cli.handoff import PackageOptions, package

    options = PackageOptions(
        to, out, ledger, volume, pattern, into_git, seal, passphrase_command
    )  # fmt: skip
    raise typer.Exit(package(options))


@app.command("verify")
def verify_command(
    file: Annotated[Path, typer.Argument(help="A zip file that `package` has written.")],
    out: Annotated[Path | None, typer.Option("--out", help="Folder of the results.")] = None,
    ledger: LedgerOption = None,
    ca: CaOption = None,
) -> None:
    """Say whether a package still is what was handed over: files, manifest, certificate, seal.

    With --out or --ledger also whether the ledger's audit trail is whole and leads to it. With
    --ca the certificate has to be sealed by somebody whom that authority vouches for.
    Exit code: 0 everything holds, 1 something does not, 2 wrong use.
    """
    from ocr_extract.cli.handoff import verify

    raise typer.Exit(verify(file, out, ledger, tuple(ca or ())))


@app.command("notify")
def notify_command(
    who: asked.WhoArgument = None,
    out: Annotated[Path, typer.Option("--out", help="Folder of the results.")] = Path("results"),
    ledger: LedgerOption = None,
    to: asked.ToOption = None,
    sender: asked.FromOption = None,
    reply_to: asked.ReplyToOption = None,
    volume: asked.VolumeOption = "",
    deadline: asked.DeadlineOption = "",
    addresses: asked.AddressesOption = None,
    form: asked.FormOption = None,
    remind: asked.RemindOption = False,
    templates: asked.TemplatesOption = None,
    edit_templates: asked.EditTemplatesOption = None,
    list_only: asked.ListOutboxOption = False,
    send: asked.SendOption = False,
    smtp: asked.SmtpOption = None,
    tls: asked.TlsOption = asked.TlsMode.STARTTLS,
    ca: asked.CaOption = None,
    user: asked.UserOption = "",
    password_command: asked.PasswordCommandOption = None,
    token_command: asked.TokenCommandOption = None,
    webhook: asked.WebhookOption = None,
    secret_command: asked.SecretCommandOption = None,
    dry_run: asked.DryRunOption = False,
    only: asked.OnlyOption = None,
    rate: asked.RateOption = 0.0,
    at_once: asked.NowOption = False,
    mark_sent: asked.MarkSentOption = None,
    send_again: asked.SendAgainOption = None,
    person: PersonOption = None,
) -> None:
    """Prepare messages to the editors or the authors, show the outbox, send what is prepared.

    Nothing is sent without --send: prepared messages lie in the outbox, and as drafts in
    OUT/messages. The same command prepares and sends nothing twice. Passwords come from
    OCR_EXTRACT_SMTP_PASSWORD or from a command, never from an argument.
    Exit code: 0 nothing is wrong, 1 a message failed or may not have arrived, 2 wrong use.
    """
    from ocr_extract.cli.notify import notify

    options = asked.NotifyOptions(
        who=who.value if who else None, out=out, ledger=ledger, to=to, sender=sender,
        reply_to=reply_to, volume=volume, deadline=deadline, addresses=addresses, form=form,
        remind=remind, templates=templates, edit_templates=edit_templates, send=send, smtp=smtp,
        tls=tls.value, ca=ca, user=user, password_command=password_command,
        token_command=token_command, webhook=webhook, secret_command=secret_command,
        dry_run=dry_run, list_only=list_only, only=tuple(only or ()), rate=rate,
        at_once=at_once, mark_sent=mark_sent, send_again=send_again, person=person,
    )  # fmt: skip
    raise typer.Exit(notify(options))
