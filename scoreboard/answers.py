"""A question to an endpoint, for a program: what it does of some cells, as True, False or None, asked live in a few
requests and kept for a while.

What is kept lies in the user's cache folder, a file per address, without any key. Only what is known is kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct, field

from probes.base import probes
from providers.base import providers, wires
from scoreboard.disk import DiskError, write
from scoreboard.judge.revision import REVISION
from scoreboard.live.candidates import Endpoint, endpoint_of
from scoreboard.live.inquiry import Told, inquired
from scoreboard.mode import Mode
from scoreboard.required import cell_named
from scoreboard.results.model import Cell, cell_of

_KEY = "key"  # in place of a variable's name: the key was handed over


class Answers(Mapping[str, bool | None]):
    """By the cells that were asked for, as the caller named them: True, False, or None where nothing is settled.
    `requests`: how many it took; 0 where all was kept from before.
    """

    def __init__(self, cells: Mapping[str, Cell], requests: int = 0) -> None:
        self._cells, self.requests = dict(cells), requests

    def __getitem__(self, cell: str) -> bool | None:
        return self._cells[cell].says

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)

    def __repr__(self) -> str:
        return f"Answers({dict(self)})"

    def why(self, cell: str) -> str:
        """The verdict in words: reason, note, of how many answers, when."""
        return self._cells[cell].sentence


async def ask(
    base_url: str,
    model: str,
    cells: Iterable[str] | str,
    *,
    key: str | None = None,
    stream: bool = False,
    wire: str = "",
    provider: str = "",
    seconds: float = 60.0,
    days: float = 7.0,
    cache: Path | str | None = None,
) -> Answers:
    """See `scoreboard.ask`."""
    wanted = {word: cell_named(word) for word in ([cells] if isinstance(cells, str) else cells)}
    for kind, name, known in (("wire", wire, wires()), ("provider", provider, providers())):
        if name and name not in known:
            msg = f"no {kind} is named {name!r}; there are {', '.join(known)}"
            raise ValueError(msg)
    if not (key or "").isascii() or not (key or "").isprintable():
        msg = "the key holds characters that no header can carry"
        raise ValueError(msg)
    environ = os.environ if key is None else {_KEY: key}
    endpoint = endpoint_of(base_url, model, environ, wire, provider, _KEY if key else "", seconds=seconds)
    path = _path(cache, endpoint)
    kept = _Kept.of(path)
    row = f"{Mode(stream, False).name} {model}"
    found = kept.fresh(row, days)
    told = Told({})
    if left := [probes()[cell] for cell in dict.fromkeys(wanted.values()) if cell not in found]:
        told = await inquired(endpoint, left, stream=stream, wire=kept.wire)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    new = {name: cell_of(verdict, "live", now) for name, verdict in told.verdicts.items()}
    if told.wire:
        _keep(path, told.wire, row, new)
    return Answers({word: {**found, **new}[cell] for word, cell in wanted.items()}, told.requests)


def _path(cache: Path | str | None, endpoint: Endpoint) -> Path:
    """The file of an address: no name of it is a path of ours."""
    if cache is None:
        from platformdirs import user_cache_path

        cache = user_cache_path("llm-scoreboard", appauthor=False)
    named = f"{endpoint.base_url}\n{endpoint.wire}\n{endpoint.provider}"
    return Path(cache, "answers", f"{hashlib.sha256(named.encode('utf-8', 'replace')).hexdigest()[:32]}.json")


class _Kept(Struct):
    """What is known of an address: the wire that it speaks, and cells by mode and model; `judge` is the revision of the
    rules that came to them.
    """

    wire: str = ""
    judge: int = REVISION
    rows: dict[str, dict[str, Cell]] = field(default_factory=dict)

    @classmethod
    def of(cls, path: Path) -> _Kept:
        """That of a file; nothing where there is none, where it cannot be read, or other rules judged it."""
        with contextlib.suppress(OSError, msgspec.MsgspecError, UnicodeError):
            kept = msgspec.json.decode(path.read_bytes(), type=cls)
            if kept.judge == REVISION:
                return kept
        return cls()

    def fresh(self, row: str, days: float) -> dict[str, Cell]:
        """The cells of a row that are not older."""
        return {name: cell for name, cell in self.rows.get(row, {}).items() if 0 <= _age(cell) <= days}


def _age(cell: Cell) -> float:
    """How long ago it was asked, in days; below 0 where that is damaged."""
    with contextlib.suppress(ValueError, TypeError):
        return (datetime.now(UTC) - datetime.fromisoformat(cell.observed_at)) / timedelta(days=1)
    return -1.0


def _keep(path: Path, wire: str, row: str, cells: Mapping[str, Cell]) -> None:
    """Keeps what is known of these, beside what others kept meanwhile; what cannot be written is not kept."""
    kept = _Kept.of(path)
    kept.wire = wire
    kept.rows.setdefault(row, {}).update({name: cell for name, cell in cells.items() if cell.says is not None})
    with contextlib.suppress(DiskError):
        write(path, msgspec.json.encode(kept))
