"""The volume is resolved some time after decisions, again after an error, and not without one."""

import time
from collections.abc import Callable

from ocr_extract.errors import LedgerBusy
from ocr_extract.review.background import Resolver


def _until(condition: Callable[[], bool]) -> bool:
    for _ in range(500):
        if condition():
            return True
        time.sleep(0.01)
    return False


def test_decisions_in_a_row_are_resolved_once() -> None:
    calls: list[float] = []
    with Resolver(lambda: calls.append(time.monotonic()), quiet=0.2) as resolver:
        for _ in range(5):
            resolver.decided()
            time.sleep(0.01)
        assert _until(lambda: len(calls) == 1)
        time.sleep(0.3)
    assert len(calls) == 1


def test_decisions_without_a_pause_are_resolved_in_the_end() -> None:
    calls: list[float] = []
    with Resolver(lambda: calls.append(time.monotonic()), quiet=60, longest=0.1) as resolver:
        resolver.decided()
        assert _until(lambda: len(calls) == 1)


def test_busy_ledger_is_tried_again_and_said() -> None:
    troubles = [LedgerBusy("It is locked.")]

    def resolve() -> None:
        if troubles:
            raise troubles.pop()

    with Resolver(resolve, quiet=0.1) as resolver:
        resolver.decided()
        assert _until(lambda: resolver.trouble == "It is locked.")
        assert _until(lambda: resolver.trouble == "")
        assert not troubles


def test_nothing_decided_resolves_nothing() -> None:
    with Resolver(lambda: 1 / 0, quiet=0.01):
        time.sleep(0.1)
