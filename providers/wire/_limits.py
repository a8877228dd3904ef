"""Rate limits, as the headers of a response tell them."""

from __future__ import annotations

import re

from providers.chat import Limit

# The last form is that of trial keys: https://github.com/elastic/elasticsearch, CohereResponseHandler.
_LIMIT = re.compile(
    r"^(?:x-|anthropic-)?ratelimit(?:-(?P<a>.+))?-(?P<what>limit|remaining)$|^(?:x-)?ratelimit-(?P<what2>limit|remaining)(?:-(?P<b>.+))?$"
    r"|^x-(?P<c>trial-endpoint-call)-(?P<what3>limit|remaining)$"
)


def limits(headers: dict[str, str]) -> tuple[Limit, ...]:
    """Rate limits from response headers: `x-ratelimit-limit-requests`, `anthropic-ratelimit-tokens-remaining`, ..., or
    `ratelimit: "default";r=499` with its policy
    (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/).
    """
    found: dict[str, dict[str, float | None]] = {}
    told = {header: value for header, value in headers.items() if "limit" in header or "remaining" in header}
    if not told:
        return ()
    for header, value in told.items():
        if match := _LIMIT.match(header):
            name = match["a"] or match["b"] or match["c"] or ""
            found.setdefault(name, {})[match["what"] or match["what2"] or match["what3"]] = _number(value)
    for header, letter, what in (("ratelimit", "r", "remaining"), ("ratelimit-policy", "q", "limit")):
        for name, value in re.findall(rf'"([^"]*)"[^,]*;\s*{letter}=(\d+)', told.get(header, "")):
            found.setdefault(name, {})[what] = float(value)
    return tuple(Limit(name, **known) for name, known in sorted(found.items()))


def _number(value: str) -> float | None:
    try:
        return float(value.split(",", maxsplit=1)[0].split(";", maxsplit=1)[0])
    except ValueError:
        return None
