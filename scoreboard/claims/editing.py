"""A field changed in a text of JSON or TOML, which stays as it is everywhere else: its maintainers take no text that a
formatter wrote anew.

A change that the text does not take in one line is a Misfit: somebody has to write it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

from scoreboard.errors import ScoreboardError

Value = bool | list[str]


class Misfit(ScoreboardError):
    """A text that is written in a way that we do not change; the message says what was looked for."""


def json_set(text: str, is_opening: Callable[[str], bool], field: str, value: Value) -> str:
    """The text of JSON with the field of one object changed, or put in alphabetical place among those of its kind.
    `is_opening` recognises a line of the object: its first one, or a member. Raises Misfit.
    """
    lines = text.splitlines(keepends=True)
    first, last = _block(lines, is_opening)
    members = _members(lines, first, last)
    if not members:
        msg = "the entry has no lines of its own"
        raise Misfit(msg)
    indent = re.match(r"\s*", lines[first + 1])[0]  # type: ignore[index]
    if field in dict(members):
        at = dict(members)[field]
        end = _end(lines, at, indent)
        comma = "," if lines[end].rstrip().endswith(",") else ""
        lines[at : end + 1] = _written(field, value, indent, comma, is_long=end > at)
        return "".join(lines)
    place = _place(members, field)
    if place < len(members):
        at = members[place][1]
        lines[at:at] = _written(field, value, indent, ",", is_long=isinstance(value, list))
    else:
        lines[last - 1] = lines[last - 1].rstrip("\r\n") + ",\n"
        lines[last:last] = _written(field, value, indent, "", is_long=isinstance(value, list))
    return "".join(lines)


def _block(lines: Sequence[str], is_opening: Callable[[str], bool]) -> tuple[int, int]:
    """Where an object begins and ends."""
    found = [number for number, line in enumerate(lines) if is_opening(line)]
    if len(found) != 1:
        msg = f"the entry is found {len(found)} times"
        raise Misfit(msg)
    first = next((number for number in range(found[0], -1, -1) if lines[number].rstrip().endswith("{")), -1)
    indent = re.match(r"\s*", lines[first])[0] if first >= 0 else ""  # type: ignore[index]
    ends = range(first + 1, len(lines))
    last = next((number for number in ends if re.match(re.escape(indent) + r"\}", lines[number])), -1)
    if first < 0 or last < found[0]:
        msg = "the entry does not stand on lines of its own"
        raise Misfit(msg)
    return first, last


def _members(lines: Sequence[str], first: int, last: int) -> list[tuple[str, int]]:
    """The names of an object's own members, with their lines."""
    indent = re.match(r"\s*", lines[first + 1])[0]  # type: ignore[index]
    member = re.compile(re.escape(indent) + r'("(?:[^"\\]|\\.)*")\s*:')
    return [(json.loads(found[1]), at) for at in range(first + 1, last) if (found := member.match(lines[at]))]


def _place(members: Sequence[tuple[str, int]], field: str) -> int:
    """Before which member a new one stands: in order among those that begin with the same word, else in order where all
    are in order, else last.
    """
    kind = field.partition("_")[0]
    names = [name for name, _ in members]
    alike = [place for place, name in enumerate(names) if name.startswith(kind)]
    if alike:
        return next((place for place in alike if names[place] > field), alike[-1] + 1)
    if names == sorted(names):
        return next((place for place, name in enumerate(names) if name > field), len(names))
    return len(names)


def _end(lines: Sequence[str], at: int, indent: str) -> int:
    """The last line of a member."""
    if not lines[at].rstrip().endswith(("[", "{")):
        return at
    close = re.compile(re.escape(indent) + r"[\]}]")
    end = next((number for number in range(at + 1, len(lines)) if close.match(lines[number])), -1)
    if end < 0:
        msg = "a list does not end on a line of its own"
        raise Misfit(msg)
    return end


def _written(field: str, value: Value, indent: str, comma: str, *, is_long: bool) -> list[str]:
    name = f"{indent}{json.dumps(field)}: "
    if not is_long or not isinstance(value, list) or not value:
        return [f"{name}{json.dumps(value)}{comma}\n"]
    items = [f"{indent}    {json.dumps(one)}" for one in value]
    return [f"{name}[\n", *(f"{item},\n" for item in items[:-1]), f"{items[-1]}\n", f"{indent}]{comma}\n"]


def toml_set(text: str, field: str, value: Value, after: Sequence[str] = ()) -> str:
    """The text of TOML with a field changed, "table.name" for one of a table; a new one stands after the first of these
    that is there, else last before the tables. Raises Misfit.
    """
    lines = text.splitlines(keepends=True)
    table, _, name = field.rpartition(".")
    headers = [number for number, line in enumerate(lines) if line.startswith("[")]
    if table:
        begin = next((number + 1 for number in headers if lines[number].strip() == f"[{table}]"), -1)
        if begin < 0:
            return f"{text}{'' if text.endswith(chr(10)) else chr(10)}\n[{table}]\n{name} = {_toml(value)}\n"
    else:
        begin = 0
    stop = next((number for number in headers if number >= begin), len(lines))
    line = f"{name} = {_toml(value)}"
    if (at := _assigned(lines, begin, stop, name)) >= 0:
        if not re.match(r"[^=]+=\s*(true|false|\[[^\[\]]*\])\s*$", lines[at]):
            msg = f"{field} is written on several lines, or with a comment"
            raise Misfit(msg)
        lines[at] = line + lines[at][len(lines[at].rstrip("\r\n")) :]
        return "".join(lines)
    anchors = (_assigned(lines, begin, stop, one) for one in after)
    filled = (number for number in range(stop - 1, begin - 1, -1) if lines[number].strip())
    at = next((number for number in anchors if number >= 0), next(filled, begin - 1))
    if at >= 0 and not lines[at].endswith("\n"):
        lines[at] += "\n"
        return "".join([*lines[: at + 1], line, *lines[at + 1 :]])
    return "".join([*lines[: at + 1], line + "\n", *lines[at + 1 :]])


def _assigned(lines: Sequence[str], begin: int, stop: int, name: str) -> int:
    """The line that gives a name its value, -1 where none does."""
    return next((at for at in range(begin, stop) if re.match(rf"{re.escape(name)}\s*=", lines[at])), -1)


def _toml(value: Value) -> str:
    return json.dumps(value, ensure_ascii=False)
