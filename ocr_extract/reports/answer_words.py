"""The volume's answer in words: what is settled, what is not, and which command to type next."""

from __future__ import annotations

from dataclasses import dataclass

from ocr_extract.records import Verdict
from ocr_extract.reports.plain import counted
from ocr_extract.reports.report_rows import cut
from ocr_extract.volume.roster.status import VolumeStatus
from ocr_extract.volume.volume_summary import VolumeSummary

MAX_VOID = 20
"""Largest number of void decisions that are named (chosen)."""


@dataclass(frozen=True)
class Step:
    """Something to do: a sentence, and the command to type in the folder of the report."""

    what: str
    command: str = ""


@dataclass(frozen=True)
class Answer:
    """The answer: a sentence, the counts by state, further sentences, and what to do next."""

    headline: str
    counts: tuple[tuple[str, int], ...]
    lines: tuple[str, ...]
    steps: tuple[Step, ...]


def answer_of(summary: VolumeSummary, documents: int) -> Answer:
    """The answer for a volume with this summary; `documents` is its number of agreements."""
    status = summary.status
    lines = tuple(cut(sentence) for sentence in summary.void[:MAX_VOID])
    if status is None:
        counts = tuple((verdict.value, summary.totals.verdicts[verdict]) for verdict in Verdict)
        return Answer(_without_roster(summary), counts, lines, _steps(summary))
    unmatched = len(status.unmatched_files)
    belong = (
        f"{counted(unmatched, 'file')} {'belongs' if unmatched == 1 else 'belong'} to no paper."
    )
    total = f"{counted(documents, 'agreement')} in all."
    more = (f"{total} {belong}" if unmatched else total,)
    counts = tuple((state, count) for state, count in status.counts.items())
    return Answer(_headline(status, summary.forgotten), counts, (*more, *lines), _steps(summary))


def _headline(status: VolumeStatus, forgotten: int) -> str:
    """How many papers have an agreement, how many need a person, how many are missing, and how many
    were forgotten.
    """
    counts, total = status.counts, len(status.papers)
    accepted = counts["accepted"]
    have = "has" if accepted == 1 else "have"
    parts = [f"{accepted} of {counted(total, 'paper')} {have} a signed and dated agreement"]
    if person := counts["review"] + counts["duplicate"]:
        parts.append(f"{person} {'needs' if person == 1 else 'need'} a person")
    if rejected := counts["rejected"]:
        parts.append(
            f"{rejected} {'has' if rejected == 1 else 'have'} only a file that is rejected"
        )
    if missing := counts["missing"]:
        parts.append(f"{missing} {'is' if missing == 1 else 'are'} missing")
    if forgotten:
        parts.append(f"{counted(forgotten, 'more was', 'more were')} forgotten")
    return "; ".join(parts) + "."


def _without_roster(summary: VolumeSummary) -> str:
    verdicts = summary.totals.verdicts
    accepted, total = verdicts[Verdict.ACCEPTED], summary.totals.documents
    are = "is" if accepted == 1 else "are"
    parts = [f"{accepted} of {counted(total, 'agreement')} {are} signed and dated"]
    if person := verdicts[Verdict.REVIEW]:
        parts.append(f"{person} {'needs' if person == 1 else 'need'} a person")
    if rejected := verdicts[Verdict.REJECTED]:
        parts.append(f"{rejected} {'is' if rejected == 1 else 'are'} rejected")
    return "; ".join(parts) + "."


def _steps(summary: VolumeSummary) -> tuple[Step, ...]:
    """What to do next, in the order in which it is done."""
    steps = []
    if summary.totals.verdicts[Verdict.REVIEW]:
        what = "Settle what is open, in the folder of this report:"
        steps.append(Step(what, "ocr-extract review --out ."))
    steps += _asking(summary)
    if (status := summary.status) is None:
        what = "Give the volume's papers, to learn which of them have no agreement:"
        steps.append(Step(what, "ocr-extract run … --roster FILE.bib"))
        return tuple(steps)
    if summary.forgotten:
        what = "Read the roster again, to learn what the forgotten papers lack:"
        steps.append(Step(what, "ocr-extract run … --roster FILE.bib"))
    if accepted := status.counts["accepted"]:
        whole = accepted == len(status.papers) and not summary.forgotten
        when = "Every paper is in order. Hand" if whole else "When everything is settled, hand"
        what = f"{when} the agreements over to the series:"
        steps.append(Step(what, "ocr-extract package --out . --to ../VOLUME.zip"))
    return tuple(steps)


def _asking(summary: VolumeSummary) -> list[Step]:
    """How to ask for what is missing or rejected, and what to do with the answers."""
    again = Step(
        "With the new files in the input, give the same command again:", "ocr-extract run …"
    )
    if (status := summary.status) is None:
        ask = Step("Ask for what is rejected: the last column says what.")
        return [ask, again] if summary.totals.verdicts[Verdict.REJECTED] else []
    if not status.counts["missing"] + status.counts["rejected"]:
        return []
    what = (
        "Ask for what is missing or rejected: the last column says what. This prepares messages to"
        " the authors, and sends none:"
    )
    return [Step(what, "ocr-extract notify authors --out ."), again]
