"""Numbered mutations of files: the same number always gives the same mutation."""

import random
import traceback
from collections import defaultdict
from collections.abc import Callable, Sequence

Seed = bytes
Mutation = Callable[[bytes, random.Random], bytes]
ABSURD = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
"""Numbers at the limits of 1, 2 and 4 bytes, where sizes and offsets often fail (chosen)."""


def mutated(seeds: Sequence[Seed], mutations: Sequence[Mutation], number: int) -> bytes:
    """The mutation with that number; the result is always the same bytes."""
    rng = random.Random(number)  # noqa: S311
    return rng.choice(mutations)(rng.choice(seeds), rng)


def flipped(content: bytes, rng: random.Random) -> bytes:
    """The content with 1, 2, 5 or 50 flipped bits."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 2, 5, 50))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def overwritten(content: bytes, rng: random.Random) -> bytes:
    """The content with a number of ABSURD written over it at one to four places.

    The number has 1, 2 or 4 bytes, in big or little endian order.
    """
    changed = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        size, order = rng.choice((1, 2, 4)), rng.choice(("big", "little"))
        value = rng.choice(ABSURD) % 256**size
        place = rng.randrange(max(1, len(changed) - size))
        changed[place : place + size] = value.to_bytes(size, order)
    return bytes(changed)


def cut(content: bytes, rng: random.Random) -> bytes:
    """The content without its end."""
    return content[: rng.randrange(1, len(content))]


def spliced(content: bytes, rng: random.Random) -> bytes:
    """The content with one part repeated."""
    start, end = sorted(rng.randrange(len(content)) for _ in range(2))
    return content[:end] + content[start:]


def failures(work: Callable[[int], object], numbers: range) -> str:
    """Run `work` for each number; returns the failures as text, "" when there are none.

    Failures are grouped by exception and innermost frame.
    """
    seeds_by_place: dict[str, list[str]] = defaultdict(list)
    for number in numbers:
        try:
            work(number)
        except Exception as error:  # noqa: BLE001  every exception is a failure
            seeds_by_place[_where(error)].append(f"{number} ({str(error)[:80]!r})")
    return "\n".join(
        f"{where}: {len(seeds)} times, seeds {', '.join(seeds[:3])}"
        for where, seeds in sorted(seeds_by_place.items(), key=lambda item: -len(item[1]))
    )


def _where(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    file = "/".join(frame.filename.split("/")[-2:])
    return f"{type(error).__name__} at {file}:{frame.lineno} {frame.name}"
