"""Who answered: the model that the replies name, where it is another than the one that was asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from probes.row import Exchange

# What a name may have beside the model's own: the folder or region it is served from, a day, a version, a size of
# context.
_BEFORE = re.compile(r"^(?:models/|accounts/[\w-]+/models/|(?:[a-z]+\.)+(?=[a-z]))")
_BEHIND = re.compile(r"([-@:](latest|preview|free|beta|\d{4}-?\d{2}-?\d{2}|\d{4}|\d{2}-\d{2,4}|v\d+(:\d+)?|\d{3}))+$")

_LONG = 16  # characters of a folder that names the model, too


def served_as(asked: str, exchanges: Iterable[Exchange]) -> str:
    """The name of the model that answered most often; empty where it is the one that was asked, by an alias or a dated
    name of its, or where no reply names any.
    """
    names = Counter(x.reply.model for x in exchanges if x.answered and x.reply.model)
    other = Counter({name: count for name, count in names.items() if not same_model(asked, name)})
    if not asked or not other or 2 * other.total() <= names.total():
        return ""
    return other.most_common(1)[0][0]


def same_model(one: str, two: str) -> bool:
    """Whether two names are of one model: the same but for a day, a region, or the path of a vendor."""
    pairs = ((a, b) for a in _bare(one) for b in _bare(two))
    return any(a == b for a, b in pairs)


def _bare(name: str) -> list[str]:
    """The words between the slashes of a name in lower case, without what only tells where it is served, and of which
    day it is; the last comes first, those before it are often a vendor's and count only where they are long.
    """
    *before, last = _BEFORE.sub("", name.lower().strip()).removesuffix(".gguf").split("/")
    words = [last, *(word for word in before if len(word) >= _LONG)]
    return [re.sub(r"[^a-z0-9.]+", "-", _BEHIND.sub("", word)) for word in words]
