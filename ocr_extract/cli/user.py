"""The name of who decides, where no option gives one."""

from __future__ import annotations

import getpass

from ocr_extract.errors import UsageError


def user_name() -> str:
    """The name of who is logged in. Raises UsageError when there is none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError) as error:
        raise UsageError("Nobody is named who decides.", "Give a name: --person NAME.") from error
