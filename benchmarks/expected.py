"""What each behaviour of an emulated capability must be told as."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase

NO = "unsupported"
YES = {"supported"}
REJECTED, IGNORED, GARBLED, FALSE = {f"{NO} rejected"}, {f"{NO} ignored"}, {f"{NO} malformed"}, {f"{NO} wrong"}


def _of(ignores: set[str], malformed: set[str], wrong: set[str], rejects: set[str] | None = None) -> dict[str, set[str]]:
    return {
        "works": YES, "rejects": REJECTED if rejects is None else rejects, "ignores": ignores, "malformed": malformed, "wrong": wrong,
        # One sample settles what is seen; three that are not are three of as many.
        "flaky": YES | {"flaky"} | ignores,
    }  # fmt: skip


_MEDIA = _of(IGNORED, FALSE, FALSE)
# An answer can always be given without these, so that a model which has none of them says nothing of it.
_SILENT = {"rejects": IGNORED}
EXPECTED: dict[str, dict[str, set[str]]] = {
    # Where no text is taken there is no question left to judge by.
    "in.text": _of(FALSE, FALSE | GARBLED, FALSE, REJECTED | {"unknown unsure", "unknown model"}),
    "in.image": _MEDIA,
    "in.audio": _MEDIA,
    "in.video": _MEDIA,
    "in.document": _MEDIA,
    # By form: any text will do, also one that means nothing.
    "out.text": _of(FALSE, GARBLED, YES),
    "out.image": _of(IGNORED, GARBLED, IGNORED),
    "out.audio": _of(IGNORED, GARBLED, IGNORED),
    "json": _of(GARBLED, GARBLED, YES),
    "schema": _of(GARBLED, GARBLED, GARBLED),
    "tools": _of(IGNORED, GARBLED, FALSE),
    "tools.forced": _of(IGNORED, GARBLED, IGNORED),
    "tools.unbiased": _of(FALSE, FALSE, FALSE, FALSE),
    "tools.decisive": _of(FALSE, FALSE, FALSE, FALSE),
    # Queries without sources are a search as well, where the API shows them.
    "web_search": _of(IGNORED, GARBLED, YES | IGNORED),
    "cite": _of(IGNORED, GARBLED, FALSE),
    "seed": _of(IGNORED, IGNORED, IGNORED),
    "max_tokens": _of(IGNORED, IGNORED, FALSE),
    "stop": _of(IGNORED, FALSE, IGNORED),
    "logprobs": _of(IGNORED, GARBLED | IGNORED, FALSE),
    "limits": _of(IGNORED, GARBLED, FALSE, IGNORED),
    "usage": _of(IGNORED, GARBLED, FALSE, IGNORED),
    # "length" on a long text without a cap may be true.
    "finish": _of(IGNORED, GARBLED, FALSE | {"flaky"}, IGNORED),
}

# What an API has no place for at all, so that it is told as ignored whatever the switchboard says.
ABSENT: dict[str, set[str]] = {}
# What an API says or does in its own way: (wire, mode, cell, behaviour), and what must be told then, with the page that says so.
OWN: dict[tuple[str, str, str, str], set[str]] = {}


def _family(prefix: str) -> Callable[[str], bool]:
    return lambda other: other.startswith(prefix)


def _nothing(_: str) -> bool:
    return False


def _everything(_: str) -> bool:
    return True


# Cells that depend on a capability, and so may differ with it; all others may not.
BESIDE: dict[str, Callable[[str], bool]] = dict.fromkeys(EXPECTED, _nothing) | {
    # Whether a text was cut, and why, is told by its finish reason.
    "max_tokens": _family("finish"),
    "stop": _family("finish"),
    "finish": lambda other: other in ("max_tokens", "stop"),
    "in.text": _everything,
    "out.text": _everything,
    "tools": _family("tools"),
    "tools.forced": _family("tools"),
    # Two calls for one question, with broken arguments or not, are two values of one enum.
    "tools.unbiased": _family("tools."),
    "tools.decisive": _family("tools."),
}


def expected_of(wire: str, mode: str, cell: str, behaviour: str, fields: frozenset[str], proves: frozenset[str]) -> set[str]:
    """What must be told; of a field that the wire does not have, that it has none."""
    for (own_wire, own_mode, own_cell, own_behaviour), told in OWN.items():
        if (own_wire, own_cell) == (wire, cell) and fnmatchcase(mode, own_mode) and fnmatchcase(behaviour, own_behaviour):
            return told
    if not proves <= fields:
        return {f"{NO} not_expressible"}
    if "text" not in fields and proves & {"image", "seed"}:
        return {"unknown not_asked"}  # these questions want a text for an answer, which a model that only draws has none of
    return IGNORED if cell in ABSENT.get(wire, ()) else EXPECTED[cell][behaviour]
