"""Runs that are disturbed on purpose, and checks of what they leave behind."""

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

from synthetic.typeset import typeset
from tests.factory import FILLED, Factory

ROOT = Path(__file__).parent.parent
EXPORTS = ("documents.csv", "fields.csv", "papers.csv")
NAMES = ("Mira Feldmann", "Jonas Okafor", "Ana Garcia", "Wei Li", "Yui Tanaka")


@dataclass(frozen=True)
class Sufferer:
    """A volume and its roster, with runs over them as a user starts them."""

    folder: Path
    roster: Path
    extra: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)

    def start(self, out: Path, *more: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "ocr_extract", "run", str(self.folder)]
        options = ["--roster", str(self.roster), "--out", str(out), "--quiet", *self.extra, *more]
        return subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            cwd=ROOT, env={**os.environ, **self.environment}, preexec_fn=_restore_ctrl_c,  # noqa: PLW1509
        )  # fmt: skip

    def run(self, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
        process = self.start(out, *more)
        stdout, stderr = process.communicate(timeout=3600)
        assert "Traceback" not in stdout + stderr
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def run_killed(self, out: Path, kill_after: float) -> bool:
        """Kill a run with SIGKILL after that many seconds.

        Returns True when the run had ended before.
        """
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


def _restore_ctrl_c() -> None:
    """Restore Ctrl-C: a shell's background jobs and their children ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def volume(factory: Factory, count: int, seed: int = 1) -> Sufferer:
    """A volume for `count` papers: mostly text files, with slips, damage, copies, missing and
    unmatched files.
    """
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
    """The results of a run: its exports without the reading times, and the ledger's content.

    `again` allows files that were read twice.
    """
    records = []
    for line in (out / "records.jsonl").read_text().splitlines():
        record = json.loads(line)
        assert record.pop("seconds") >= 0
        records.append(record)
    return {
        "records": records,
        **{name: (out / name).read_bytes() for name in EXPORTS},
        "ledger": _ledger_content(out / "ledger.sqlite", again=again),
    }


def _ledger_content(ledger: Path, *, again: bool) -> list[tuple[str, ...]]:
    """The ledger's records of the last run and the hashes of all files that were read.

    Asserts that each record is stored once, and each file was read once unless `again`.
    """
    with closing(sqlite3.connect(ledger)) as database:
        read_twice = "SELECT sha256 FROM readings GROUP BY sha256, setting HAVING count(*) > 1"
        assert again or database.execute(read_twice).fetchall() == []
        last_run = "SELECT max(coalesce(same_as, id)) FROM runs WHERE state = 'done'"
        rows = database.execute(
            "SELECT r.path, r.part, r.verdict, r.paper, r.digest FROM run_records AS m"
            " JOIN records AS r ON r.id = m.record_id WHERE m.run_id = ? ORDER BY m.position",
            database.execute(last_run).fetchone(),
        ).fetchall()
        assert len({(row[0], row[1]) for row in rows}) == len(rows)
        contents = database.execute("SELECT DISTINCT sha256 FROM readings ORDER BY 1").fetchall()
    return [*rows, *contents]


def kill_some_worker(process: subprocess.Popen[str], rng: random.Random) -> bool:
    """Kill one worker of a run with SIGKILL; returns False when there was no worker."""
    try:
        children = psutil.Process(process.pid).children()
        workers = [c for c in children if "spawn_main" in " ".join(c.cmdline())]
        os.kill(rng.choice(workers).pid, signal.SIGKILL)
    except (psutil.Error, IndexError, ProcessLookupError):
        return False
    return True


def sabotaged_tesseract(folder: Path, sabotage: str) -> dict[str, str]:
    """`sabotaged` for the program tesseract."""
    return sabotaged(folder, "tesseract", sabotage)


def sabotaged(folder: Path, program: str, sabotage: str) -> dict[str, str]:
    """Environment variables that put a disturbed copy of a program first on the PATH.

    `sabotage` is shell code. It runs before the real program, until it creates the file
    $DONE. A call for the program's version is not disturbed.
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
    """Wait until a file exists; fails after that many seconds."""
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"{path} never came"
        time.sleep(0.02)
