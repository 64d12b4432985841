"""Measures the time to start the program, as ratios to `python -c 'import numpy, cv2'`.

Whole processes run in turns, and the fastest run of each counts, because other work on the
machine can only slow a run down.

    python -m bench.start_up
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SAMPLE = "samples/agreements/ordinaldigital04Permission.pdf"
PROGRAM = (sys.executable, "-m", "ocr_extract")
COMMANDS = {
    "import numpy, cv2": (sys.executable, "-c", "import numpy, cv2"),
    "import ocr_extract": (sys.executable, "-c", "import ocr_extract"),
    "--version": (*PROGRAM, "--version"),
    "--help": (*PROGRAM, "--help"),
    "doctor": (*PROGRAM, "doctor"),
    "run, one born-digital agreement": (*PROGRAM, "run", SAMPLE, "--year", "2025", "--quiet"),
}


def main() -> None:
    """Print a line for each command: seconds, and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=7)
    turns = parser.parse_args().turns
    fastest = dict.fromkeys(COMMANDS, float("inf"))
    for _ in range(turns):
        for name, command in COMMANDS.items():
            fastest[name] = min(fastest[name], _seconds(command))
    base = fastest["import numpy, cv2"]
    for name, seconds in fastest.items():
        print(f"{name:34} {seconds:6.3f} s {seconds / base:6.2f}")


def _seconds(command: tuple[str, ...]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        out = ("--out", str(Path(folder) / "out")) if "run" in command else ()
        started = time.perf_counter()
        done = subprocess.run([*command, *out], capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - started
    assert done.returncode == 0, done.stderr
    return seconds


if __name__ == "__main__":
    main()
