"""Nothing leaves the machine: no name look-up, no connection, no file outside the output folder."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.factory import Factory, pages_of
from tests.fault_harness import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def strace(tmp_path: Path) -> Path:
    log = tmp_path / "strace.log"
    probe = ["strace", "-o", str(log), "true"]
    if shutil.which("strace") is None or subprocess.run(probe, check=False).returncode:
        pytest.skip("strace is not installed or not allowed here: apt-get install strace")
    return log


def test_run_uses_no_network_and_leaves_no_temporary_file(
    factory: Factory, tmp_path: Path, strace: Path
) -> None:
    """The input is a scan, so that all programs and both line networks are used."""
    scan = factory.image("p1Permission.tif", pages_of())
    home, temporary, out = (tmp_path / name for name in ("home", "temporary", "out"))
    for folder in (home, temporary):
        folder.mkdir()
    environment = {k: v for k, v in os.environ.items() if k in ("PATH", "PYTHONPATH", "LC_ALL")}
    network = "trace=connect,sendto,sendmsg,sendmmsg,socket"
    command = [sys.executable, "-m", "ocr_extract", "run", str(scan), "--out", str(out)]
    done = subprocess.run(
        ["strace", "-f", "-e", network, "-o", str(strace), *command],
        cwd=ROOT, env={**environment, "HOME": str(home), "TMPDIR": str(temporary)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    records = (out / "records.jsonl").read_text()
    assert all(f'"reader":"{name}"' in records for name in ("tesseract", "pp-ocr", "handwriting"))
    calls = [
        line for line in strace.read_text().splitlines() if re.search(r"AF_INET|AF_NETLINK", line)
    ]
    assert calls == []
    assert list(temporary.rglob("*")) == []
    assert list(home.rglob("*")) == []


def test_onnx_runtime_is_imported_in_one_module_with_telemetry_off() -> None:
    imports = re.compile(r"^\s*(import|from) onnxruntime|module\(.onnxruntime", re.MULTILINE)
    places = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "ocr_extract").rglob("*.py"))
        if imports.search(path.read_text())
    ]
    assert places == ["ocr_extract/recognition/ctc_network.py"]
    code = (
        "import os\n"
        "from ocr_extract.recognition.ctc_network import runtime\n"
        "runtime()\n"
        "assert os.environ['ORT_DISABLE_TELEMETRY'] == '1'\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
