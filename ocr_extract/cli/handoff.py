"""`ocr-extract package` and `ocr-extract verify`: the package for the series, and its check."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from ocr_extract.cli.called import as_called
from ocr_extract.cli.output import say
from ocr_extract.cli.terminal import print_unwrapped
from ocr_extract.errors import ExitCode, UsageError
from ocr_extract.handoff.ledger_trail import trail_facts
from ocr_extract.handoff.manifest import Manifest
from ocr_extract.handoff.package import MAX_KEY, Wanted, write_package
from ocr_extract.handoff.seal import load_signer, passphrase_of
from ocr_extract.handoff.verify import verify_package
from ocr_extract.reports.plain import counted
from ocr_extract.reports.report_rows import cut
from ocr_extract.sources.certificates import has_certificate
from ocr_extract.volume.ledger import present_ledger
from ocr_extract.volume.volume_summary import forgotten_sentence

MAX_LISTED = 60
"""Open papers that are printed, at most (chosen); the manifest has all of them."""


@dataclass(frozen=True)
class PackageOptions:
    """The options of `package`; docs/handoff.md explains each of them."""

    to: Path
    out: Path
    ledger: str | None = None
    volume: str | None = None
    pattern: str = ""
    into_git: bool = False
    seal: Path | None = None
    passphrase_command: str | None = None


def package(options: PackageOptions) -> ExitCode:
    """Write the package, and print what is in it and what is missing. The exit code says whether
    every paper is in it. Raises OcrExtractError on wrong use.
    """
    url = _url(options.ledger, options.out)
    signer = None
    if options.seal is not None:
        signer = load_signer(options.seal, passphrase_of(options.passphrase_command))
    packed = write_package(
        Wanted(options.to, url, options.volume, options.pattern, options.into_git, signer)
    )
    if packed.git_tree is not None:
        say(f"{options.to} lies in the git repository {packed.git_tree}: do not publish it.")
    _report(packed.manifest, options)
    return ExitCode.ALL_ACCEPTED if packed.manifest.complete else ExitCode.NEEDS_A_PERSON


def _report(manifest: Manifest, options: PackageOptions) -> None:
    """Print the open papers, what is unusual about the others, and the totals."""
    for paper in manifest.open[:MAX_LISTED]:
        print_unwrapped(f"{cut(paper.key, MAX_KEY)}  {paper.state}: {as_called(paper.why)}")
    if (more := len(manifest.open) - MAX_LISTED) > 0:
        print_unwrapped(f"and {more} more: see the manifest")
    for file in manifest.files:
        if file.note:
            print_unwrapped(f"{file.path}: {file.note}")
    if manifest.forgotten:
        print_unwrapped(as_called(forgotten_sentence(manifest.forgotten)))
    word = "complete" if manifest.complete else "INCOMPLETE"
    papers = counted(manifest.papers, "paper")
    seal = ", sealed" if options.seal else ""
    print_unwrapped(f"{options.to}: {len(manifest.files)} of {papers}, {word}{seal}.")


def verify(file: Path, out: Path | None, ledger: str | None, roots: tuple[Path, ...]) -> ExitCode:
    """Check a package, and print for each thing whether it holds. Raises UsageError when it is no
    package or a root is no certificate, and LedgerTrouble.
    """
    for root in roots:
        if not root.is_file():
            raise UsageError(f"--ca: {root} is no file.", "Give a certificate, PEM or DER.")
        if not has_certificate(root):
            message = f"--ca: {root} holds no certificate."
            raise UsageError(message, "Give a certificate, PEM or DER.")
    trail = None if out is None and ledger is None else trail_facts(_url(ledger, out or Path()))
    findings = verify_package(file, roots, trail)
    for finding in findings:
        print_unwrapped(
            f"{'holds' if finding.holds else 'FAILS'}  {finding.subject}: {finding.sentence}"
        )
    counts = Counter(finding.holds for finding in findings)
    print_unwrapped(f"{counts[True]} of {len(findings)} hold.")
    return ExitCode.NEEDS_A_PERSON if counts[False] else ExitCode.ALL_ACCEPTED


def _url(ledger: str | None, out: Path) -> str | URL:
    """The ledger's URL. Raises LedgerTrouble when there is no ledger."""
    return ledger or present_ledger(out)
