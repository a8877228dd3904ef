"""Which catalogues there are, which of their fields say what of which cell, and which of their keys is which model of
ours: data, in catalogues.json.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

Layout = Literal["entries", "providers", "configs", "list"]
_DATA = Path(__file__).with_name("catalogues.json")


class Flag(Struct, frozen=True, forbid_unknown_fields=True):
    """A field, or a member of one that is a list, and the cells that it is about: any of them. `may`: which verdicts it
    can be held against. `open`: a list that is not said to be whole. `mind`: what to mind of it.
    """

    field: str
    cells: tuple[str, ...]
    member: str = ""
    may: Literal["both", "true", "false"] = "both"
    open: bool = False
    mind: str = ""

    @property
    def name(self) -> str:
        """The field, with the member in brackets."""
        return f"{self.field}[{self.member}]" if self.member else self.field

    def said(self, fields: dict[str, Any]) -> bool | None:
        """What an entry says of it, None where it says nothing. Text of others: what is of another type says
        nothing.
        """
        value = value_of(fields, self.field)
        if not self.member:
            return value if isinstance(value, bool) else None
        if not isinstance(value, list):
            return None
        return True if self.member in value else None if self.open else False


class Catalogue(Struct, frozen=True, forbid_unknown_fields=True):
    """A catalogue: how its copies are laid out and found, its fields, and how it takes corrections.

    owner: the field of an entry that tells whose it is. folder: a pattern of folders that hold a copy. file: where it
    is in one. texts: the file with the texts that patches change, where the copy is made of them. package: the Python
    package that brings one. files: the paths in its repository that a patch changes, where they do not follow from the
    entry. modes: the entries that are about chat, where others are among them. absent_is_false: whoever reads it takes
    a flag that is absent for false. overwritten: by field or table, the owners for which a program writes it;
    overwritten_by: which.
    """

    title: str
    layout: Layout
    folder: str
    file: str
    flags: tuple[Flag, ...]
    advice: str
    owner: str = ""
    texts: str = ""
    package: str = ""
    files: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    absent_is_false: bool = False
    overwritten: dict[str, tuple[str, ...]] = field(default_factory=dict)
    overwritten_by: str = ""

    def overwrites(self, owner: str, name: str) -> bool:
        """Whether a program writes this field of this owner again, whatever people correct."""
        return owner in self.overwritten.get(name.partition(".")[0], ())


class Known(Struct, frozen=True, forbid_unknown_fields=True):
    """A provider of ours: by catalogue, prefix of the key and pattern of the owner. Those with the same `wires` are one
    provider to a catalogue.
    """

    keys: dict[str, tuple[tuple[str, str], ...]]
    wires: str = ""


class Maps(Struct, frozen=True, forbid_unknown_fields=True):
    """All of it."""

    about: str
    catalogues: dict[str, Catalogue]
    providers: dict[str, Known]


@cache
def maps() -> Maps:
    """The maps."""
    return msgspec.json.decode(_DATA.read_bytes(), type=Maps)


def value_of(fields: dict[str, Any], path: str) -> Any:
    """The value at a dotted path, None where there is none."""
    value: Any = fields
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value
