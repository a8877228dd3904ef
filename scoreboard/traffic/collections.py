"""Collections: what is known of a body of recordings beside its bytes: where it stands on the web, of which day it is,
what its recorder strikes out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from msgspec import Struct

_NAME = re.compile(r"^\d{4}-\d{2}$")


class Collection(Struct, frozen=True):
    """A repository at a commit, the folder in it, the day of the recordings (ISO 8601), and the headers that its
    recorder strikes out (what is not named there was kept), and how its folders' names end where the model thinks.
    """

    name: str
    repository: str
    commit: str
    day: str
    folder: str
    strikes: tuple[str, ...] = ()
    thinking_suffix: str = ""

    def address(self, path: str) -> str:
        """The address on the web of a file, by its path below the collection."""
        provider, _, file = path.partition("/")
        folder = self.folder.format(provider=provider, rest=quote(file, safe="/@+:,"))
        return f"https://github.com/{self.repository}/blob/{self.commit}/{folder}"


_GENAI = "maruel/genai"
COLLECTIONS = {
    known.name: known
    for known in (
        Collection(
            "2025-08",
            _GENAI,
            "a3d5d616",
            "2025-08-29",
            "providers/{provider}/testdata/TestClient_Scoreboard/{rest}",
            ("date",),
            "_thinking",
        ),
        Collection(
            "2026-08",
            _GENAI,
            "66b63e62",
            "2026-08-20",
            "providers/{provider}/testdata/TestClient/Scoreboard/{rest}",
            ("date",),
            "_thinking",
        ),
    )
}


def collection_of(folders: Sequence[str]) -> str:
    """The name of the collection of a file, by the folders above it, the nearest last; empty where none is named."""
    return next((folder for folder in reversed(folders) if folder in COLLECTIONS or _NAME.match(folder)), "")


def on_the_web(where: str) -> str:
    """The address of "<collection>/<path>"; anything else stays as it is, made fit for a link."""
    name, _, path = where.partition("/")
    known = COLLECTIONS.get(name)
    return known.address(path) if known else quote(where, safe="/@+:,%?&=#~")
