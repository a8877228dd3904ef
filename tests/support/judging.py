"""Exchanges by hand: what one shows of a capability, what many come to, and models that are asked."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import anyio
from msgspec import structs

from probes.base import Probe, Verdict, probes
from probes.findings import findings_of
from probes.row import Exchange, Finding, Row
from providers.base import Asking, Provider, Request, Response
from providers.chat import Ask, Reply, Usage
from providers.errors import classify
from scoreboard.evidence.media import media
from scoreboard.judge.engine import judge
from scoreboard.live.asking import AskedRow, Asker, Unsent
from scoreboard.live.ideal import ideal

EVERYTHING = frozenset(
    [
        *(
            "batch",
            "file",
            "max_tokens",
            "seed",
            "stop",
            "top_logprobs",
            "json",
            "schema",
            "tools",
            "tool_choice",
            "tool_choice/none",
            "named_tool",
            "web_search",
            "parallel",
            "documents",
            "text",
        ),
        *(f"{kind}{source}" for kind in ("image", "audio", "video", "document") for source in ("", "/url")),
        *(f"output/{kind}" for kind in ("image", "audio", "video")),
    ]
)
COUNT = Usage(10, 10)
HELLO = Reply(text="Hello", finish="stop", finish_raw="stop", usage=Usage(9, 2))
RATE = Reply(status=429, error=classify(429, "slow down"))


def refusal(message: str, status: int = 400, **named: str) -> Reply:
    """An error."""
    return Reply(status=status, error=classify(status, message, **named))


def exchange(ask: Ask | str, reply: Reply | str = HELLO, **more: Any) -> Exchange:
    """A question, or its words, and what came of it, or the text that did."""
    asked = Ask.text(ask) if isinstance(ask, str) else ask
    return Exchange(
        asked, Reply(text=reply, finish="stop", finish_raw="stop") if isinstance(reply, str) else reply, **more
    )


def row_of(*exchanges: Exchange, lacks: Collection[str] = (), **more: Any) -> Row:
    """A row of them, numbered in their order, each with an address."""
    numbered = [structs.replace(x, number=n, where=x.where or f"#{n}") for n, x in enumerate(exchanges, 1)]
    return Row(numbered, fields=EVERYTHING - set(lacks), **more)


def shown(cell: str, x: Exchange, *others: Exchange) -> list[Finding]:
    """What an exchange shows of a cell, in a row with others."""
    row = row_of(x, *others)
    return findings_of(probes()[cell], row.exchanges[0], row)


def shows(cell: str, x: Exchange, *others: Exchange) -> str:
    """The same in a word: "seen", "missed ignored"; empty where it does not concern the cell."""
    return ", ".join(f"{finding.kind} {finding.reason}".strip() for finding in shown(cell, x, *others))


def verdict_on(cell: str, *exchanges: Exchange, lacks: Collection[str] = ()) -> Verdict:
    """The verdict on a cell of a row."""
    return judge(row_of(*exchanges, lacks=lacks), [probes()[cell]])[cell]


def told(verdict: Verdict) -> str:
    """Verdict and reason, or its strength where that is less than seen: "unsupported ignored", "supported accepted"."""
    return " ".join(
        filter(None, (verdict.verdict, verdict.reason, verdict.strength if verdict.strength != "seen" else ""))
    )


def shallow() -> list[Probe]:
    """The probes that are asked of every row."""
    return [probe for probe in probes().values() if not (probe.is_deep or probe.streams_only)]


Answer = Callable[[Ask], Reply | Exception | None]


class Model(Unsent):
    """A model that does all that it is asked, but for what `answer` says instead; an exception is a request without an answer.

    It is the wire and the sender in one: `asked` names the questions as they were sent, `asks` holds them.
    """

    __name__ = "by hand"

    def __init__(self, answer: Answer = lambda _: None, lacks: Collection[str] = ()) -> None:
        self._answer, self._fields = answer, EVERYTHING - set(lacks)
        self.asks: list[Ask] = []

    @property
    def asked(self) -> list[str]:
        return [ask.name for ask in self.asks]

    def fields(self, _: object) -> frozenset[str]:
        return self._fields

    def ask(self, ask: Ask, model: str, base_url: str, quirks: object) -> Asking:
        del model, base_url, quirks
        yield Request("POST", ask.name)
        self.asks.append(ask)
        answer = self._answer(ask)
        if isinstance(answer, Exception):
            raise answer
        return answer or ideal(ask, COUNT)

    async def __call__(self, request: Request, asker: Asker) -> tuple[Response, str]:
        del asker
        return Response(200, {}, b""), f"{request.url}#{len(self.asks) + 1}"

    def row(self, *, share: bool = True, samples: int = 1, stream: bool = False, deep: bool = False) -> AskedRow:
        """A row of it, not asked yet."""
        row = Row(
            fields=self._fields,
            media=media("https://assets.example"),
            share_questions=share,
            stream=stream,
            deep=deep,
        )
        return AskedRow(Provider(wire=self, base_url="", name="made-up"), "m", row, self, samples)  # type: ignore[arg-type]

    def verdicts(self, *cells: str, share: bool = True, samples: int = 1, deep: bool = False) -> dict[str, Verdict]:
        """The verdicts once the cells were asked for."""
        row = self.row(share=share, samples=samples, deep=deep)
        return asked(row, [probes()[cell] for cell in cells])


def asked(row: AskedRow, chosen: Collection[Probe]) -> dict[str, Verdict]:
    """The verdicts on a row that is asked for some cells, without the question whether it answers."""

    async def run() -> dict[str, Verdict]:
        for probe in chosen:
            await row.sampled(probe)
        return {probe.id: row.verdict(probe) for probe in chosen}

    return anyio.run(run)


def refusing(feature: str, message: str, status: int = 400) -> Answer:
    """Refuses whatever carries the feature."""
    return lambda ask: (
        refusal(message, status) if feature in {name.removesuffix("/url") for name in ask.features} else None
    )
