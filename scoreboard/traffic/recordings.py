"""Recordings made by others: go-vcr version 2 files in folders, found, read with suspicion, and played to the drivers.

    <snapshot>/<provider>/<model>[_thinking]/<Scenario>.yaml

The order and the mode come from the file names, everything else from the bytes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from msgspec import Struct, structs

from probes.base import Settled, Verdict, unknown
from providers.base import (
    PLAIN,
    BadReply,
    Misfit,
    ProviderError,
    Quirks,
    Request,
    Response,
    Wire,
    expressible,
    find_provider,
    names,
    wires,
)
from providers.chat import Ask, Media, Message, Reply
from scoreboard.judge.engine import run, speak
from scoreboard.traffic.govcr import BadRecording, read_file

_FILE = re.compile(r"^Gen(?P<kind>Sync|Stream|Doc)-?(?P<name>.*)\.yaml$")
_SNAPSHOT = re.compile(r"^\d{4}-\d{2}$")
_WEB = "https://github.com/maruel/genai/blob"


class Snapshot(Struct, frozen=True):
    """Where a snapshot's recordings stand on the web, and the day it was taken (ISO 8601)."""

    commit: str
    day: str
    folder: str


SNAPSHOTS = {
    "2025-08": Snapshot("a3d5d616", "2025-08-29", "providers/{provider}/testdata/TestClient_Scoreboard/{rest}"),
    "2026-08": Snapshot("66b63e62", "2026-08-20", "providers/{provider}/testdata/TestClient/Scoreboard/{rest}"),
}

# What the recorded pictures, sounds, videos and documents show or say (../shared/recordings, the table of scenarios).
_WORDS = {"image": "banana", "audio": "orange", "video": "banana", "document": "orange"}


class RowFiles(Struct, frozen=True):
    """The recordings of one row: by name of question, in order of name."""

    provider: str
    model: str
    stream: bool
    thinking: bool
    snapshot: str
    files: dict[str, Path]


def find(root: Path, provider: str | None = None) -> list[RowFiles]:
    """The rows below a folder. Raises BadRecording where there is none to be found."""
    if not root.is_dir():
        msg = f"{root} is no folder; give one that holds recordings (<provider>/<model>/GenSync-Text.yaml)"
        raise BadRecording(msg)
    rows: dict[tuple[str, str, str, bool, bool], dict[str, Path]] = {}
    above = list(root.resolve().parts)
    places: dict[Path, tuple[str, str, str] | None] = {}
    for path in sorted(root.rglob("*.yaml")):
        match = _FILE.match(path.name)
        if match and path.parent not in places:
            places[path.parent] = _place(above, list(path.parent.relative_to(root).parts))
        place = places[path.parent] if match else None
        if not match or not place or (provider and place[1] != provider):
            continue
        snapshot, owner, folder = place
        stream = match["kind"] == "Stream"
        name = ("doc-" if match["kind"] == "Doc" else "") + match["name"].lower()
        key = (snapshot, owner, folder.removesuffix("_thinking"), stream, folder.endswith("_thinking"))
        rows.setdefault(key, {})[name] = path
    if not rows:
        whose = f" of {provider}" if provider else ""
        msg = f"{root} holds no recordings{whose}; they are named GenSync-*.yaml, GenStream-*.yaml or GenDoc-*.yaml"
        raise BadRecording(msg)
    return [
        RowFiles(owner, model, stream, thinking, snapshot, files)
        for (snapshot, owner, model, stream, thinking), files in sorted(rows.items())
    ]


def _place(above: list[str], parts: list[str]) -> tuple[str, str, str] | None:
    """Snapshot, provider and model of a folder of recordings (the root's parts and those below it); None where it holds no row."""
    snapshot = next((p for p in (*parts[:1], *reversed(above)) if _SNAPSHOT.match(p)), "")
    if parts and parts[0] == snapshot:
        parts = parts[1:]
    elif snapshot in above:  # the root lies within a snapshot, perhaps within a provider's folder
        parts = above[len(above) - above[::-1].index(snapshot) :] + parts
    elif above[-1] in names() or (len(parts) == 1 and parts[0] not in names()):
        parts = [above[-1], *parts]
    if len(parts) < 2 or any(part.startswith("_") for part in parts):
        return None
    return snapshot, parts[0], "/".join(parts[1:])


def model_lists(root: Path, provider: str | None = None) -> dict[str, list[str]]:
    """The models that each provider listed, from the recorded lists (_other/ListModels.yaml)."""
    found: dict[str, list[str]] = {}
    for path in sorted(root.rglob("_other/ListModels.yaml")):
        owner = path.parent.parent.name
        known = find_provider(owner)
        if known is None or (provider and owner != provider):
            continue
        played = _Played([response for _, response in read_file(path)])
        found[owner] = sorted(set(run(speak(known.wire.models(known.base_url, known.quirks), played.send))))
    return found


class _Played:
    """Sends nothing: each request is answered by the next recorded response."""

    def __init__(self, responses: Sequence[Response]) -> None:
        self._responses = iter(responses)

    async def send(self, _: Request) -> Response:
        response = next(self._responses, None)
        if response is None:
            msg = "the recording ends before the exchange does"
            raise BadReply(msg)
        return response


class RecordedRow:
    """The channel of a row of recordings: all of them are decoded at once, each by its own path and shape.

    `complaints` are the files that could not be read, a line each.
    """

    def __init__(self, files: RowFiles) -> None:
        self.files = files
        self.complaints: list[str] = []
        self.fields: frozenset[str] = frozenset()
        self.wire: Wire | None = None
        self.model = files.model
        self._provider = find_provider(files.provider)
        self._found = {name: self._decode(name, path) for name, path in files.files.items()}

    async def reply(self, ask: Ask) -> Reply:
        """The recorded reply to the question of that name. Raises Settled where there is none."""
        found = self._found.get(ask.name)
        if found is None:
            if self.wire:
                expressible(ask, self.fields)
            raise Settled(unknown("unrecorded", f"never asked: no recording named {ask.name}"))
        if isinstance(found, Exception):
            raise found
        return found

    async def replies(self) -> Sequence[Reply]:
        """All that could be decoded, in order of name."""
        return [found for found in self._found.values() if isinstance(found, Reply)]

    def drift(self) -> dict[str, str]:
        """Wire fields that the driver did not know, and the recording where each was first seen."""
        found: dict[str, str] = {}
        for reply in self._found.values():
            if isinstance(reply, Reply):
                for path in reply.unknown:
                    found.setdefault(path, reply.evidence)
        return found

    def _decode(self, name: str, path: Path) -> Reply | Settled | ProviderError:
        where = evidence(self.files, path)
        try:
            exchanges = read_file(path)
        except BadRecording as error:
            self.complaints.append(str(error))
            return Settled(Verdict("unknown", "unreadable", str(error), (where,)))
        try:
            wire, model, asked = self._understand(exchanges[0][0])
            if wire is not self.wire and self.wire is None:
                self.wire, self.fields = wire, wire.fields(self._quirks(wire))
                self.model = model if model.replace(":", "-") == self.files.model else self.files.model
            asked = structs.replace(_with_words(asked), name=name)
            # The recorded request decides what was asked, whatever our own data says of the API.
            quirks = structs.replace(self._quirks(wire), lacks=frozenset(), has=asked.features)
            played = _Played([response for _, response in exchanges])
            reply: Reply = run(speak(wire.ask(asked, model, "", quirks), played.send))
        except ProviderError as error:
            self.complaints.append(f"{path}: {error}")
            return Settled(Verdict("unknown", "unreadable", str(error), (where,)))
        return structs.replace(reply, asked=asked, evidence=where)

    def _understand(self, request: Request) -> tuple[Wire, str, Ask]:
        own = [self._provider.wire, *self._provider.wires.values()] if self._provider else []
        for wire in (*own, *(wire for wire in wires().values() if wire not in own)):
            if wire.matches(request):
                return (wire, *wire.read(request))
        msg = f"no wire format is known for {request.method} {request.path}"
        raise Misfit(msg)

    def _quirks(self, wire: Wire) -> Quirks:
        if not self._provider or wire is not self._provider.wire:
            return PLAIN
        quirks, snapshot = self._provider.quirks, SNAPSHOTS.get(self.files.snapshot)
        late = frozenset(feature for feature, day in quirks.since.items() if snapshot and day > snapshot.day)
        return structs.replace(quirks, lacks=quirks.lacks | late) if late else quirks


def _with_words(asked: Ask) -> Ask:
    if not asked.media():
        return asked
    messages = tuple(
        Message(m.role, tuple(structs.replace(p, word=_WORDS[p.modality]) if isinstance(p, Media) else p for p in m.parts), m.raw)
        for m in asked.messages
    )
    return structs.replace(asked, messages=messages)


def evidence(files: RowFiles, path: Path) -> str:
    """Where a person finds the recording: on the web, where its snapshot is known; else the path below its provider."""
    folder = files.model + ("_thinking" if files.thinking else "")
    return on_the_web(f"{files.snapshot}/{files.provider}/{folder}/{path.name}".lstrip("/"))


def on_the_web(where: str) -> str:
    """The address of "<snapshot>/<provider>/<model>/<file>"; anything else stays as it is, made fit for a link."""
    snapshot, _, rest = where.partition("/")
    provider, _, file = rest.partition("/")
    known = SNAPSHOTS.get(snapshot)
    if not known:
        return quote(where, safe="/@+:,%?&=#~")
    return f"{_WEB}/{known.commit}/{known.folder.format(provider=provider, rest=quote(file, safe='/@+:,'))}"
