"""The lines that `ocr-extract notify` prints."""

from __future__ import annotations

import time
from collections.abc import Mapping

from ocr_extract.messages.gather import shown
from ocr_extract.volume.ledger.messages import StoredMessage

SHOWN_STATES: Mapping[str, str] = {"handed_over": "handed over"}
"""How a state is printed, where its name is not plain."""


def line_of(message: StoredMessage) -> str:
    """A message in one line: number, state, recipient, what it is about, the last words."""
    about = f" {shown(message.paper, 120)}" if message.paper else ""
    round_ = f" (round {message.round})" if message.round > 1 else ""
    state = SHOWN_STATES.get(message.state, message.state)
    later = ""
    if message.state == "deferred" and message.not_before:
        minutes = max(0, round((message.not_before - time.time()) / 60))
        later = f", again in {minutes} minutes"
    reply = f": {message.reply}" if message.reply else ""
    return f"{message.number} {state}{later}  {message.recipient}{about}{round_}{reply}"
