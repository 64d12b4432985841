"""A real browser for the review page. It notes each error and each request to another host."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.review.page_harness import Served

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
WAIT = 60_000
"""Milliseconds that the page may take under the load of other tests."""
AWAY = "net::ERR_CONNECTION_REFUSED"


@dataclass
class Tab:
    """A tab with the review. `troubles` are its errors and its requests to other hosts."""

    page: Any
    served: Served
    troubles: list[str] = field(default_factory=list)

    def shown(self) -> str | None:
        """The id of the item on the page; None when there is none."""
        shown: str | None = self.page.get_attribute(".oxr", "data-item")
        return shown

    def wait_for_item(self, *, other_than: str | None = "") -> str | None:
        """Wait for the next item, or for the end."""
        condition = """(before) => {
            const root = document.querySelector('.oxr');
            if (!root || root.getAttribute('aria-busy')) return false;
            return root.dataset.item !== (before ?? undefined) && root.querySelector('h2') !== null;
        }"""
        self.page.wait_for_function(condition, arg=other_than, timeout=WAIT)
        return self.shown()

    def press(self, key: str) -> str | None:
        """Press a key that settles or skips, and wait for what comes."""
        before = self.shown()
        self.page.keyboard.press(key)
        return self.wait_for_item(other_than=before)

    def text(self, selector: str = ".oxr") -> str:
        text: str = self.page.inner_text(selector)
        return text

    def _note(self, kind: str, text: str) -> None:
        if AWAY not in text:
            self.troubles.append(f"{kind}: {text}")

    def watch(self) -> None:
        own = f"http://127.0.0.1:{self.served.port}/"
        self.page.set_default_timeout(WAIT)
        self.page.on("console", lambda message: self._note(message.type, message.text))
        self.page.on("pageerror", lambda error: self._note("error", str(error)))
        self.page.on("dialog", lambda dialog: self._note("dialog", dialog.message))
        self.page.on(
            "request",
            lambda request: (
                None if request.url.startswith((own, "data:")) else self._note("to", request.url)
            ),
        )


@contextmanager
def chromium() -> Iterator[Any]:
    """The browser. The test is skipped where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    if not CHROMIUM:
        pytest.skip("no browser: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def tab_of(browser: Any, served: Served, **options: Any) -> Iterator[Tab]:
    """A tab with the review; at the end it has made no trouble."""
    context = browser.new_context(viewport={"width": 1200, "height": 800}, **options)
    tab = Tab(context.new_page(), served)
    tab.watch()
    tab.page.goto(served.address)
    tab.wait_for_item()
    yield tab
    assert tab.troubles == []
    context.close()
