"""Every number that decides something says where it comes from (`scripts/numbers`)."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parent.parent / "scripts" / "numbers"
EXPLAINED = 'LIMIT = 3.0\n"""Points (chosen)."""\n'
TABLE = "class Limits:\n    least: int = 3\n    most: int = 5\n{doc}\n\nLIMITS = Limits()\n"


def _numbers(*folders: Path) -> tuple[int, str]:
    command = [sys.executable, str(SCRIPT), *map(str, folders)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_every_number_of_the_package_has_an_origin() -> None:
    assert _numbers() == (0, "\n0 numbers without an origin\n")


def test_number_without_an_origin_is_listed(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(f"{EXPLAINED}OTHER = (1, 2)\n")
    code, listed = _numbers(tmp_path)
    assert (code, "OTHER" in listed, "LIMIT" in listed) == (1, True, False)


def test_fields_of_a_table_need_an_origin_too(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(TABLE.format(doc='    """Points (chosen)."""'))
    assert _numbers(tmp_path)[0] == 0
    path.write_text(TABLE.format(doc='    """Points."""'))
    code, listed = _numbers(tmp_path)
    assert (code, "least" in listed and "most" in listed) == (1, True)
