"""Where the pages of the site are: files whose names hold any name safely, and the links to them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from urllib.parse import quote

from scoreboard.results.store import file_of

_LONGEST = 180  # bytes of a part of a path; file systems take 255


@cache
def stem(name: str) -> str:
    """A name as part of a path, quoted as in results/; of a long one its beginning, and a digest."""
    quoted = file_of(Path(), name).stem
    if len(quoted) <= _LONGEST:
        return quoted
    return f"{quoted[:_LONGEST]}~{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def path_of(kind: str, *names: str, form: str = "html") -> str:
    """The path of a page below the site, such as model/acme/m-1.html."""
    return "/".join((kind, *map(stem, names))) + f".{form}"


@cache
def href(path: str) -> str:
    """The link to a path: what is quoted in it is quoted once more."""
    return quote(path)
