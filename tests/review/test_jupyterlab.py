"""The review in a real JupyterLab: decisions are in the ledger, also when the kernel is restarted
in the middle, and the keys go to the review and not to the notebook.
"""

import http.client
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from ocr_extract.review.notebook import write_notebook
from ocr_extract.volume.ledger import open_ledger, sqlite_url
from tests.review.browser_harness import WAIT, chromium
from tests.review.conftest import ReviewedVolume
from tests.review.page_harness import free_port

ROOT = Path(__file__).parent.parent.parent
TOKEN = secrets.token_hex(8)
CELLS = 3
"""Code cells of the notebook."""
pytestmark = pytest.mark.slow


@contextmanager
def _lab(folder: Path) -> Iterator[str]:
    """A JupyterLab over a folder. Yields its address."""
    pytest.importorskip("jupyterlab", reason="make notebook-check installs JupyterLab")
    port = free_port()
    own = {
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "jdata"),
        "PYTHONPATH": str(ROOT),
    }
    options = f"--no-browser --allow-root --ip 127.0.0.1 --port {port} --ServerApp.port_retries=0"
    command = [sys.executable, "-m", "jupyterlab", *options.split()]
    news = "--LabApp.news_url=None"
    process = subprocess.Popen(
        [*command, news, f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}"],
        env={**os.environ, **own},
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


def _asked(address: str, path: str) -> Any:
    with closing(http.client.HTTPConnection(address.removeprefix("http://"), timeout=10)) as asking:
        asking.request("GET", path, headers={"Authorization": f"token {TOKEN}"})
        return json.load(asking.getresponse())


def _until(condition: Any, what: str) -> Any:
    """What the condition gives when it is true. Asks again for two minutes."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            if result := condition():
                return result
        except OSError:
            pass
        time.sleep(0.3)
    raise AssertionError(what)


def _ready_kernel(address: str) -> Any:
    """The kernel that is idle and connected to the page; JupyterLab shows "idle" earlier."""
    for kernel in _asked(address, "/api/kernels"):
        if kernel["execution_state"] == "idle" and kernel["connections"]:
            return kernel
    return None


def _run_cell(page: Any, index: int) -> None:
    """Run a code cell, and wait until it has a number."""
    cell = page.locator(".jp-CodeCell").nth(index)
    cell.locator(".jp-Editor").click()
    page.keyboard.press("Control+Enter")
    number = cell.locator(".jp-InputPrompt")
    page.wait_for_function(
        "(e) => /\\d/.test(e.textContent)", arg=number.element_handle(), timeout=WAIT
    )


def _open_review(page: Any) -> Any:
    _run_cell(page, 0)
    _run_cell(page, 1)
    root = page.locator(".oxr")
    root.locator("h2").wait_for(timeout=WAIT)
    return root


def _decided(volume: ReviewedVolume) -> int:
    with open_ledger(sqlite_url(volume.folder), alone=False) as ledger:
        return len(ledger.decisions.since())


def _settle_first(page: Any, root: Any, volume: ReviewedVolume) -> None:
    """Take the first candidate by a key, and wait until the next item is there."""
    before, decided = root.get_attribute("data-item"), _decided(volume)
    root.click(position={"x": 3, "y": 3})
    page.keyboard.press("Enter")
    page.wait_for_function(
        "(before) => document.querySelector('.oxr').dataset.item !== before", arg=before
    )
    assert _decided(volume) == decided + 1


def _restart(page: Any, address: str) -> None:
    """Restart the kernel by the menu, and wait for the new one."""
    before = _asked(address, "/api/kernels")[0]["last_activity"]
    page.locator(".lm-MenuBar-item", has_text="Kernel").click()
    page.locator(".lm-Menu-item", has_text="Restart Kernel").first.click()
    page.locator("button.jp-mod-accept").click()

    def _is_new() -> bool:
        kernel = _ready_kernel(address)
        return bool(kernel) and kernel["last_activity"] != before

    _until(_is_new, "the kernel does not come back")


def test_review_in_jupyterlab_goes_on_after_a_kernel_restart(volume: ReviewedVolume) -> None:
    notebook = volume.folder / "review.ipynb"
    write_notebook(notebook, volume.folder, "Ed", None)
    with _lab(volume.folder) as address, chromium() as browser:
        _until(lambda: _asked(address, "/api/status"), "JupyterLab does not start")
        page = browser.new_page(viewport={"width": 1200, "height": 1000})
        page.set_default_timeout(WAIT)
        page.goto(f"{address}/doc/tree/{notebook.name}?token={TOKEN}")
        _until(lambda: _ready_kernel(address), "there is no kernel")
        root = _open_review(page)
        _settle_first(page, root, volume)
        _restart(page, address)
        assert _decided(volume) == 1, "the decision survived the kernel"
        root = _open_review(page)
        _settle_first(page, root, volume)
        root.click(position={"x": 3, "y": 3})
        for _ in range(2):
            page.keyboard.press("d")
        assert page.locator(".jp-CodeCell").count() == CELLS, "dd would delete a cell"
        _run_cell(page, 2)
        page.get_by_text("The tables are in").wait_for(timeout=WAIT)
    assert (volume.folder / "fields.csv").exists()
