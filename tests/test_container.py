"""What of the container can be held without building one; `make image-check` builds it."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ocr_extract.cli.entry import TERMINATED
from ocr_extract.errors import ExitCode

yaml = pytest.importorskip("yaml", reason="Dask brings PyYAML: pip install 'ocr-extract[cluster]'")

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
DOCS = (ROOT / "docs" / "container.md").read_text(encoding="utf-8")
KILLED = 137
"""Exit code of a process that the kernel killed, as for memory."""
SCRIPTS = sorted(
    path
    for path in (ROOT / "scripts").iterdir()
    if path.is_file() and path.read_bytes()[:2] == b"#!"
)  # fmt: skip
SHELL = [*SCRIPTS, *sorted((ROOT / "scripts").glob("*.sh"))]


def _instruction(name: str) -> Any:
    """The last one's words, which count."""
    return json.loads(re.findall(rf"^{name} (\[.*\])$", DOCKERFILE, re.MULTILINE)[-1])


def _lines(lock: str) -> set[str]:
    return set((ROOT / lock).read_text(encoding="utf-8").split("\n"))


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def job() -> dict[str, Any]:
    text = (ROOT / "deploy" / "job.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = next(one for one in yaml.safe_load_all(text) if one["kind"] == "Job")
    return found


def test_the_image_is_the_command_and_runs_the_mounted_folders() -> None:
    assert _instruction("ENTRYPOINT") == ["ocr-extract"]
    assert _instruction("CMD") == ["run", "/in", "--out", "/out"]


def test_the_image_is_nobodys_and_keeps_nothing_at_home() -> None:
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE) == ["65534:65534"]
    for setting in ("HOME=/tmp", "OMP_THREAD_LIMIT=1", "ORT_DISABLE_TELEMETRY=1"):
        assert setting in DOCKERFILE


def test_packages_are_installed_before_the_source_is_copied() -> None:
    install = DOCKERFILE.index("-r requirements-image.lock")
    assert install < DOCKERFILE.index("COPY ocr_extract")
    packages = DOCKERFILE[: DOCKERFILE.index("FROM packages AS program")]
    assert re.findall(r"^COPY (.*)$", packages, re.MULTILINE) == ["requirements-image.lock ./"]


def test_nothing_but_what_is_copied_reaches_the_build() -> None:
    rules = [r for r in (ROOT / ".dockerignore").read_text().splitlines() if not r.startswith("#")]
    assert rules[0] == "*"
    allowed = {rule[1:] for rule in rules if rule.startswith("!")}
    copied = set(re.findall(r"^COPY (?!--from)(.*) \S+$", DOCKERFILE, re.MULTILINE))
    assert allowed == {name for names in copied for name in names.split()}


def test_the_images_packages_are_the_pinned_ones_with_opencv_without_windows() -> None:
    image, program, tried = (
        _lines(f"requirements{part}.lock") for part in ("-image", "", "-dev")
    )  # fmt: skip
    opencv = next(line for line in program if line.startswith("opencv-python=="))
    assert program - image == {opencv}
    assert image - tried == {opencv.replace("opencv-python", "opencv-python-headless")}
    assert {"distributed", "psycopg"} <= {line.split("==")[0] for line in image}


def test_the_job_fails_at_once_what_would_end_the_same_again(job: dict[str, Any]) -> None:
    spec = job["spec"]
    actions = {
        code: rule["action"]
        for rule in reversed(spec["podFailurePolicy"]["rules"])
        for code in rule.get("onExitCodes", {}).get("values", ())
    }
    failures = set(ExitCode) - {ExitCode.ALL_ACCEPTED}
    assert {code for code, action in actions.items() if action == "FailJob"} == failures
    assert {code for code, action in actions.items() if action == "Count"} == {KILLED, TERMINATED}
    assert spec["template"]["spec"]["restartPolicy"] == "Never"
    assert _fails_on_errors_only(spec["template"]["spec"]["containers"][0]["args"])


def test_a_drained_node_is_no_failure_whatever_the_exit_code(job: dict[str, Any]) -> None:
    first = job["spec"]["podFailurePolicy"]["rules"][0]
    assert first["action"] == "Ignore"
    assert first["onPodConditions"] == [{"type": "DisruptionTarget", "status": "True"}]


def _fails_on_errors_only(words: list[str]) -> bool:
    return words[words.index("--fail-on") + 1] == "error"


def test_the_job_names_its_own_container_in_its_rules(job: dict[str, Any]) -> None:
    names = [one["name"] for one in job["spec"]["template"]["spec"]["containers"]]
    rules = job["spec"]["podFailurePolicy"]["rules"]
    told = [rule["onExitCodes"]["containerName"] for rule in rules if "onExitCodes" in rule]
    assert told
    assert set(told) <= set(names)


def test_the_job_has_no_privileges_and_writes_where_it_should(job: dict[str, Any]) -> None:
    pod = job["spec"]["template"]["spec"]
    container = pod["containers"][0]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    writable = {m["mountPath"] for m in container["volumeMounts"] if not m.get("readOnly")}
    assert writable == {"/out", "/tmp"}  # noqa: S108  a path of the image
    assert {m["name"] for m in container["volumeMounts"]} == {v["name"] for v in pod["volumes"]}
    words = container["args"]
    assert words[words.index("--jobs") + 1] == container["resources"]["requests"]["cpu"]


def test_composed_programs_are_sealed_and_reach_only_each_other(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {"ledger", "scheduler", "worker", "run"}
    assert compose["networks"]["inside"]["internal"] is True
    for name, service in services.items():
        assert service["networks"] == ["inside"]
        assert "ports" not in service
        if name != "ledger":
            assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])


def test_the_job_and_its_workers_see_the_same_agreements(compose: dict[str, Any]) -> None:
    seen = [
        mount
        for name in ("worker", "run")
        for mount in compose["services"][name]["volumes"]
        if mount["target"] == "/in"
    ]
    assert len(seen) == 2
    assert seen[0] == seen[1]
    assert seen[0]["read_only"] is True


def test_no_password_stands_anywhere(compose: dict[str, Any]) -> None:
    secrets = [
        value
        for service in compose["services"].values()
        for key, value in service.get("environment", {}).items()
        if "PASSWORD" in key
    ]
    assert len(secrets) == 2
    assert all(re.fullmatch(r"\$\{LEDGER_PASSWORD:\?[^}]+\}", value) for value in secrets)
    assert not re.search(r"://\w+:\S*@", json.dumps(compose))
    assert "PASSWORD" not in DOCKERFILE


def test_the_composed_run_uses_the_scheduler_and_the_ledger(compose: dict[str, Any]) -> None:
    services = compose["services"]
    words = services["run"]["command"]
    scheduler = words[words.index("--scheduler") + 1]
    assert scheduler == services["worker"]["command"][0]
    assert "@ledger/" in words[words.index("--ledger") + 1]
    assert scheduler.rsplit(":", 1)[1] in services["scheduler"]["command"]
    assert _fails_on_errors_only(words)


@pytest.mark.parametrize("script", SHELL, ids=lambda path: path.name)
def test_scripts_parse(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    if text.startswith("#!/usr/bin/env python3"):
        compile(text, script.name, "exec")
        return
    shell = "sh" if text.startswith("#!/bin/sh") else "bash"
    subprocess.run([shell, "-n", script], check=True)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_can_be_called(script: Path) -> None:
    assert os.access(script, os.X_OK)


@pytest.mark.parametrize("script", ["image-check", "newcomer"])
def test_scripts_are_chores_and_documented(script: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"{script}: ##" in makefile
    assert f"`make {script}`" in DOCS


def test_scripts_find_the_readmes_commands() -> None:
    text = (ROOT / "scripts" / "newcomer").read_text(encoding="utf-8")
    body = re.search(r"^readme_commands\(\) \{.*?^\}", text, re.MULTILINE | re.DOTALL)
    assert body is not None
    told = subprocess.run(
        ["bash", "-c", f"{body[0]}\nreadme_commands"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert told.stdout.split("\n") == ["make run", "make test", ""]


@pytest.mark.parametrize("file", ["compose.yaml", "deploy/job.yaml", "Dockerfile"])
def test_files_are_documented(file: str) -> None:
    assert f"]({os.path.relpath(ROOT / file, ROOT / 'docs')})" in DOCS
