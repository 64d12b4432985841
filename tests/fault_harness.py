"""Runs that are made to suffer, and what they must look like afterwards."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from samples.typeset import typeset
from tests.factory import FILLED, Factory

ROOT = Path(__file__).parent.parent
EXPORTS = ("documents.csv", "fields.csv", "papers.csv")
NAMES = ("Mira Feldmann", "Jonas Okafor", "Ana Garcia", "Wei Li", "Yui Tanaka")


@dataclass(frozen=True)
class Sufferer:
    """A volume, its roster, and runs over it as a user types them."""

    folder: Path
    roster: Path
    extra: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)

    def start(self, out: Path, *more: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "ocr_extract", "run", str(self.folder)]
        options = ["--roster", str(self.roster), "--out", str(out), "--quiet", *self.extra, *more]
        return subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            cwd=ROOT, env={**os.environ, **self.environment}, preexec_fn=_hear_ctrl_c,  # noqa: PLW1509
        )  # fmt: skip

    def run(self, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
        process = self.start(out, *more)
        said, complained = process.communicate(timeout=3600)
        assert "Traceback" not in said + complained
        return subprocess.CompletedProcess(process.args, process.returncode, said, complained)

    def run_killed(self, out: Path, kill_after: float) -> bool:
        """A run that is killed outright after so many seconds; whether it had ended before."""
        process = self.start(out)
        try:
            process.communicate(timeout=kill_after)
        except subprocess.TimeoutExpired:
            children = psutil.Process(process.pid).children(recursive=True)
            process.kill()
            process.communicate()
            assert psutil.wait_procs(children, timeout=20)[1] == [], "workers outlive their parent"
            return False
        return True


def _hear_ctrl_c() -> None:
    """A shell's background jobs, and all that they start, do not hear it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def volume(factory: Factory, count: int, seed: int = 1) -> Sufferer:
    """So many agreements, nearly all as text, with slips, damage, copies and strangers."""
    rng = random.Random(seed)  # noqa: S311
    folder = factory.folder / "volume"
    folder.mkdir()
    papers = ["@Proceedings{v, year = {2025}, start = {2025-06-01}}"]
    for n in range(count):
        name = f"{rng.choice(NAMES)}"
        papers.append(
            f"@InProceedings{{p{n:05d}, title = {{Paper {n} of {count}}}, author = {{{name}}}}}"
        )
        day = f"{rng.randint(1, 28):02d}.05.{2015 if n % 17 == 0 else 2025}"
        text = f"Title: Paper {n} of {count}\nName: {name}\nSignature: {name}\nDate: {day}\n"
        if n % 19 == 5:
            continue
        (folder / f"p{n:05d}Permission.txt").write_text(text)
        if n % 23 == 3:
            (folder / f"p{n:05d}Permission (1).txt").write_text(text)
    (folder / "strange.txt").write_text("Nothing of the kind.\n")
    (folder / "empty.pdf").write_bytes(b"")
    for n in range(2):
        (folder / f"digital{n}.pdf").write_bytes(typeset(FILLED, seed=n))
    return Sufferer(folder, factory.text("volume.bib", "\n".join(papers)))


def looks(out: Path, *, again: bool = False) -> dict[str, object]:
    """What a run left: its exports, without the seconds that reading took, and the ledger's
    own account of itself; `again` allows contents that were read anew.
    """
    records = []
    for line in (out / "records.jsonl").read_text().splitlines():
        record = json.loads(line)
        assert record.pop("seconds") >= 0
        records.append(record)
    return {
        "records": records,
        **{name: (out / name).read_bytes() for name in EXPORTS},
        "ledger": _account(out / "ledger.sqlite", again=again),
    }


def _account(ledger: Path, *, again: bool) -> list[tuple[str, ...]]:
    """Contents that were read, each once; documents, each once; nothing in two."""
    with closing(sqlite3.connect(ledger)) as database:
        twice = "SELECT sha256 FROM readings GROUP BY sha256, setting HAVING count(*) > 1"
        assert again or database.execute(twice).fetchall() == []
        last = "SELECT max(coalesce(same_as, id)) FROM runs WHERE state = 'done'"
        rows = database.execute(
            "SELECT r.path, r.part, r.verdict, r.paper, r.digest FROM run_records AS m"
            " JOIN records AS r ON r.id = m.record_id WHERE m.run_id = ? ORDER BY m.position",
            database.execute(last).fetchone(),
        ).fetchall()
        assert len({(row[0], row[1]) for row in rows}) == len(rows)
        contents = database.execute("SELECT DISTINCT sha256 FROM readings ORDER BY 1").fetchall()
    return [*rows, *contents]


def kill_some_worker(process: subprocess.Popen[str], rng: random.Random) -> bool:
    """kill -9 of one of a run's workers; whether there was one."""
    try:
        children = psutil.Process(process.pid).children()
        workers = [c for c in children if "spawn_main" in " ".join(c.cmdline())]
        os.kill(rng.choice(workers).pid, signal.SIGKILL)
    except (psutil.Error, IndexError, ProcessLookupError):
        return False
    return True


def sabotaged_tesseract(folder: Path, sabotage: str) -> dict[str, str]:
    """`sabotaged`, for tesseract."""
    return sabotaged(folder, "tesseract", sabotage)


def sabotaged(folder: Path, program: str, sabotage: str) -> dict[str, str]:
    """An environment whose program first does something bad: `sabotage` is shell, and runs
    instead of it until it makes the file $DONE. Asked for its version, it answers.
    """
    programs = folder / "programs"
    programs.mkdir()
    fake = programs / program
    real = next(p for d in os.environ["PATH"].split(":") if (p := Path(d) / program).is_file())
    fake.write_text(
        f'#!/bin/sh\nDONE="{programs}/done"\n'
        f'case "$*" in -v|*--version*|*--list-langs*) exec "{real}" "$@";; esac\n'
        f'[ -e "$DONE" ] || {{ {sabotage}; }}\nexec "{real}" "$@"\n'
    )
    fake.chmod(fake.stat().st_mode | stat.S_IEXEC)
    return {"PATH": f"{programs}:{os.environ['PATH']}"}


def wait_for(path: Path, seconds: float = 60.0) -> None:
    """Until a file is there."""
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"{path} never came"
        time.sleep(0.02)
