"""Passwords, tokens and keys: from the environment or from a command, never from an argument."""

from __future__ import annotations

import os
import shlex
import subprocess

from ocr_extract.errors import BadMessage

COMMAND_SECONDS = 60
"""Longest time for a command that prints a secret, in seconds (chosen: a person may have to unlock
a key ring)."""


def secret_of(command: str | None, variable: str) -> str | None:
    """The first line that a command prints; without a command the value of an environment variable,
    or None when that is not set. Raises BadMessage when the command fails; what it printed is
    never shown.
    """
    if command is None:
        return os.environ.get(variable) or None
    try:
        words = shlex.split(command)
        done = subprocess.run(
            words,
            capture_output=True,
            timeout=COMMAND_SECONDS,
            check=True,
            stdin=subprocess.DEVNULL,
        )
        secret = done.stdout.decode().partition("\n")[0].rstrip("\r")
    except (OSError, ValueError, IndexError, subprocess.SubprocessError) as error:
        message = f"The command for the secret failed ({type(error).__name__})."
        raise BadMessage(message, "Run it by hand: it has to print one line.") from None
    if not secret:
        raise BadMessage("The command for the secret printed nothing.", "Run it by hand.")
    return secret
