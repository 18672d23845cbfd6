"""Ways to alter a file: its bytes, the values of its JSON, the lines of its text."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

Dice = random.Random

EXTREME: tuple[Any, ...] = (
    0, -1, 1, 2**31, 2**63, 2**64, -(2**63) - 1, 10**400, 1e308, 5e-324, -1e-9, 1e9, 0.5,
)  # fmt: skip
TYPES: tuple[Any, ...] = (None, True, "", "x", "../../evil", "\u202e\x1b[2J", [], {}, [[]], {"a": 1}, [0] * 3)
WORDS = (
    "0", "-1", "18446744073709551616", "1e999", "nan", "inf", '""', "[]", "{}", "true", "2026-11-29",
    "[" * 5000, '"\\u0000"', "'../../evil'", "9" * 5000,
)  # fmt: skip


def altered(data: bytes, suffix: str, dice: Dice) -> tuple[str, bytes]:
    """The name of an alteration that fits this kind of file, and the bytes that it leaves."""
    ways: list[Callable[[bytes, Dice], bytes]] = [*BYTES]
    if suffix == ".json":
        ways += [*JSON, *JSON, *JSON]
    elif suffix == ".toml":
        ways += [*LINES, *LINES]
    way = dice.choice(ways)
    return way.__name__, way(data, dice)


# ---- bytes


def flip(data: bytes, dice: Dice) -> bytes:
    """One to three bits are turned over."""
    changed = bytearray(data)
    for _ in range(dice.randint(1, 3)):
        changed[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def cut(data: bytes, dice: Dice) -> bytes:
    """The end is missing."""
    return data[: dice.randrange(len(data))]


def hole(data: bytes, dice: Dice) -> bytes:
    """A part in the middle is missing."""
    start = dice.randrange(len(data))
    return data[:start] + data[start + dice.randint(1, 200) :]


def noise(data: bytes, dice: Dice) -> bytes:
    """Random bytes overwrite a part."""
    start = dice.randrange(len(data))
    junk = dice.randbytes(dice.randint(1, 8))
    return data[:start] + junk + data[start + len(junk) :]


def tail(data: bytes, dice: Dice) -> bytes:
    """Something follows the end."""
    return data + dice.choice((b"\0" * 100_000, b"{}", data, b"\n\n"))


# ---- values of JSON


def places(page: Any) -> list[tuple[Any, Any]]:
    """Every place in a document: what holds it, and its key or index."""
    return list(_places(page))


def _places(page: Any) -> Iterator[tuple[Any, Any]]:
    keys = list(page) if isinstance(page, dict) else range(len(page)) if isinstance(page, list) else ()
    for key in keys:
        yield page, key
        yield from _places(page[key])


def _at_a_place(act: Callable[[Any, Any, Dice], None], data: bytes, dice: Dice) -> bytes:
    page = json.loads(data)
    act(*dice.choice(places(page)), dice)
    return json.dumps(page, ensure_ascii=False).encode(errors="surrogatepass")


def delete(data: bytes, dice: Dice) -> bytes:
    """A key or an element is missing."""
    return _at_a_place(lambda holder, key, _: holder.pop(key), data, dice)


def rename(data: bytes, dice: Dice) -> bytes:
    """A key has another name; an element is there twice."""

    def act(holder: Any, key: Any, dice: Dice) -> None:
        if isinstance(holder, dict):
            holder[dice.choice((f"{key}x", "", "c00001", "../evil", str(key).upper()))] = holder.pop(key)
        else:
            holder.append(holder[key])

    return _at_a_place(act, data, dice)


def extreme(data: bytes, dice: Dice) -> bytes:
    """A number is extreme."""
    page = json.loads(data)
    numbers = [(h, k) for h, k in places(page) if isinstance(h[k], int | float)]
    if numbers:
        holder, key = dice.choice(numbers)
        holder[key] = dice.choice(EXTREME)
    return json.dumps(page).encode()


def factor(data: bytes, dice: Dice) -> bytes:
    """A number is some orders of magnitude off, or has another sign."""
    page = json.loads(data)
    numbers = [(h, k) for h, k in places(page) if isinstance(h[k], int | float) and h[k] is not True]
    if numbers:
        holder, key = dice.choice(numbers)
        holder[key] = holder[key] * dice.choice((-1, 1e-12, 1e-3, 1e3, 1e12))
    return json.dumps(page).encode()


def retype(data: bytes, dice: Dice) -> bytes:
    """A value is of another type, or empty."""

    def act(holder: Any, key: Any, dice: Dice) -> None:
        holder[key] = dice.choice(TYPES)

    return _at_a_place(act, data, dice)


def empty(data: bytes, dice: Dice) -> bytes:
    """A list, an object or a text is empty."""
    page = json.loads(data)
    full = [(h, k) for h, k in places(page) if isinstance(h[k], list | dict | str) and h[k]]
    if full:
        holder, key = dice.choice(full)
        holder[key] = type(holder[key])()
    return json.dumps(page).encode()


def swap(data: bytes, dice: Dice) -> bytes:
    """Two values have changed places."""
    page = json.loads(data)
    (one, key), (other, name) = dice.choice(places(page)), dice.choice(places(page))
    try:
        one[key], other[name] = other[name], one[key]
        return json.dumps(page).encode()
    except (KeyError, IndexError, ValueError):  # one lies within the other
        return data[:-1]


def twice(data: bytes, dice: Dice) -> bytes:
    """A key is there twice, with two values."""
    page = json.loads(data)
    keys = [(h, k) for h, k in places(page) if isinstance(h, dict)]
    holder, key = dice.choice(keys)
    holder["\0twice"] = dice.choice((*EXTREME[:4], *TYPES))
    text = json.dumps(page).replace(json.dumps("\0twice"), json.dumps(key), 1)
    return text.encode()


# ---- lines of text


def drop_line(data: bytes, dice: Dice) -> bytes:
    """A line is missing."""
    lines = data.splitlines(keepends=True)
    lines.pop(dice.randrange(len(lines)))
    return b"".join(lines)


def double_line(data: bytes, dice: Dice) -> bytes:
    """A line is there twice."""
    lines = data.splitlines(keepends=True)
    number = dice.randrange(len(lines))
    return b"".join([*lines[: number + 1], *lines[number:]])


def another_value(data: bytes, dice: Dice) -> bytes:
    """What follows a '=' is something else."""
    lines = data.splitlines(keepends=True)
    numbers = [number for number, line in enumerate(lines) if b"=" in line]
    number = dice.choice(numbers)
    lines[number] = lines[number].partition(b"=")[0] + f"= {dice.choice(WORDS)}\n".encode()
    return b"".join(lines)


def another_key(data: bytes, dice: Dice) -> bytes:
    """A key that a table may have is there, with some value."""
    keys = (
        "seed",
        "speed",
        "region",
        "style",
        "tags",
        "timeout",
        "restarts",
        "limits",
        "budget",
        "pipelines",
    )
    return data + f"\n{dice.choice(keys)} = {dice.choice(WORDS)}\n".encode()


BYTES = (flip, cut, hole, noise, tail)
JSON = (delete, rename, extreme, factor, retype, empty, swap, twice)
LINES = (drop_line, double_line, another_value, another_key)
