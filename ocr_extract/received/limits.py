"""How much of an archive or a mailbox is unpacked."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Limits:
    """The limits for one container with all that is inside it. What is above them is damage of the
    member or of the container, and what was unpacked before stays.
    """

    container_bytes: int = 2_000_000_000
    """Largest container, in bytes (chosen: a mailbox of a volume of 500 papers has less than one
    GB)."""
    member_bytes: int = 200_000_000
    """Largest member, and largest mail, in bytes (the default of the setting `max_bytes`)."""
    total_bytes: int = 2_000_000_000
    """Most bytes that are unpacked (chosen)."""
    members: int = 10_000
    """Most members and mails (chosen)."""
    ratio: int = 200
    """Largest ratio of a member's size to its compressed size (chosen: deflate reaches 1,030 on
    zeros, and a blank scan 100)."""
    ratio_from: int = 10_000_000
    """Size in bytes from which the ratio is looked at (chosen: less harms nobody)."""
    archives: int = 2
    """Most archives inside each other (chosen)."""
    mails: int = 5
    """Most mails inside each other (chosen): a mail that was forwarded four times."""
    parts: int = 1_000
    """Most parts of a mail (chosen)."""
    depth: int = 20
    """Most parts of a mail inside each other (chosen)."""


@dataclass
class Budget:
    """What may still be unpacked of one container."""

    limits: Limits
    members: int = field(init=False)
    bytes: int = field(init=False)

    def __post_init__(self) -> None:
        self.members, self.bytes = self.limits.members, self.limits.total_bytes

    def take_member(self) -> None:
        """Count one member or mail. Raises TooMuch when there are too many."""
        self.members -= 1
        if self.members < 0:
            raise TooMuch(f"More than {self.limits.members} files or mails: the rest was left out.")

    def take_bytes(self, count: int) -> None:
        """Count bytes. Raises TooMuch when there are too many."""
        self.bytes -= count
        if self.bytes < 0:
            total = self.limits.total_bytes // 1_000_000
            raise TooMuch(f"It unpacks to more than {total} MB: the rest was left out.")


class TooMuch(Exception):
    """A container has more than is unpacked. It never leaves this package."""
