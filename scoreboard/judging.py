"""One exchange of a program's own tests, judged: by the rules that judge everybody's recordings, which know nothing of
whoever asked.
"""

from __future__ import annotations

import httpx
from msgspec import structs

from probes.base import probes
from probes.findings import findings_of
from probes.row import Finding, Row
from providers.base import ProviderError, Request, Response
from scoreboard.errors import ScoreboardError
from scoreboard.judge.decoding import Question, exchange_of
from scoreboard.traffic.attribution import Folders, understood
from scoreboard.traffic.exchanges import quirks_of

_KINDS = ("seen", "accepted", "missed", "refused", "nothing")  # of many forms, the first that is found speaks for all


class JudgingError(ScoreboardError, ValueError):
    """A response that cannot be judged; the message says why, and what to do."""


def judged(response: httpx.Response) -> dict[str, Finding]:
    """See `scoreboard.judged`."""
    request, answer = _sides(response)
    try:
        asked = understood(request, Folders(stranger="unknown"))
        quirks = quirks_of(asked.provider, asked.wire, "")
        x = exchange_of(Question(request, (answer,)), asked.wire, asked.ask, quirks)
    except ProviderError as error:
        msg = f"{request.method} {request.path} asks nothing of a model that could be judged: {error}"
        raise JudgingError(msg) from error
    x = structs.replace(x, number=1, all_headers=True)
    row = Row([x], fields=asked.wire.fields(quirks), stream=x.ask.stream, thinking=x.ask.thinking)
    found = {}
    for probe in probes().values():
        if made := [] if probe.streams_only and not row.stream else findings_of(probe, x, row):
            first = min(made, key=lambda finding: _KINDS.index(finding.kind))
            found[probe.id] = structs.replace(first, exchanges=())
    return found


def _sides(response: httpx.Response) -> tuple[Request, Response]:
    """Request and response as recordings have them. Raises JudgingError."""
    try:
        sent = response.request
        request = Request(sent.method, str(sent.url), sent.content, dict(sent.headers.items()))
        headers = {name: value for name, value in response.headers.items() if name != "content-encoding"}
        return request, Response(response.status_code, headers, response.content)
    except httpx.ResponseNotRead as error:
        msg = "the response was not read; call its read(), or await its aread(), in place of iterating over it"
        raise JudgingError(msg) from error
    except httpx.RequestNotRead as error:
        msg = "the request's body was streamed, and is gone; send it as a whole"
        raise JudgingError(msg) from error
    except RuntimeError as error:
        msg = "the response has no request with it; judge one that a client returned"
        raise JudgingError(msg) from error
