"""Hand-made replies for probes, by the name of the question."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET, structs

from probes.base import Row, Settled, Verdict, probes, unknown
from providers.base import expressible
from providers.chat import Ask, Reply
from scoreboard.evidence.media import media
from scoreboard.judge.engine import judge, observe, run
from scoreboard.traffic.importer import RECORDED

EVERYTHING = frozenset(
    [
        *("max_tokens", "seed", "stop", "top_logprobs", "json", "schema", "tools", "tool_choice", "web_search", "documents", "text"),
        *(f"{kind}{source}" for kind in ("image", "audio", "video", "document") for source in ("", "/url")),
        *(f"output/{kind}" for kind in ("image", "audio", "video")),
    ]
)


class Canned:
    """A channel that holds replies, or what is raised instead. A wire without a field refuses the question itself."""

    def __init__(self, replies: Mapping[str, Reply | Exception], lacks: Sequence[str] = ()) -> None:
        self.fields = EVERYTHING - set(lacks)
        self._replies = replies
        self.given: list[Reply] = []

    async def reply(self, ask: Ask) -> Reply:
        expressible(ask, self.fields)
        found = self._replies.get(ask.name)
        if found is None:
            raise Settled(unknown("unrecorded", ask.name))
        if isinstance(found, Exception):
            raise found
        reply = structs.replace(found, asked=ask if found.asked is UNSET else found.asked, evidence=ask.name)
        self.given.append(reply)
        return reply

    async def replies(self) -> Sequence[Reply]:
        return [
            structs.replace(r, asked=Ask.text("hi") if r.asked is UNSET else r.asked)
            for r in self._replies.values()
            if isinstance(r, Reply)
        ]


def judged(cell: str, replies: Mapping[str, Reply | Exception] | None = None, *, lacks: Sequence[str] = (), **row: Any) -> Verdict:
    """The verdict of a cell."""
    probe = probes()[cell]
    channel = Canned(replies or {}, lacks)
    place = Row(**{"media": media(RECORDED), **row})
    return run(observe(probe, place, channel) if probe.watch else judge(probe, place, channel))


def told(verdict: Verdict) -> str:
    """Verdict and reason, as "unsupported ignored"."""
    return f"{verdict.verdict} {verdict.reason}".strip()
