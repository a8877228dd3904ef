"""What proxies and frameworks do to any wire: types, heartbeats, packing, streams that fail, failures that take their time."""

import gzip
import zlib

import msgspec

from .base import SSE, Asked, Shown, asks, oddity, shows, told
from .chat import DONE
from .refusals import worded

ALL = ("openai_chat", "openai_responses", "anthropic", "gemini", "ollama", "mistral", "cohere", "cloudflare")
EVENTS = tuple(wire for wire in ALL if wire != "ollama")
_BEAT = b"data:\n\n"
_PING = b"event: ping\ndata:\n\n"


def _between(shown: Shown, beat: bytes) -> Shown:
    """The events, with a sign of life before the first and after each."""
    if shown.frame != SSE:
        return shown
    return shown.with_parts([beat, *(one for part in shown.parts[:-1] for one in (part, beat)), shown.parts[-1]])


@shows("09-empty-data-heartbeat", *EVENTS)
def heartbeats(asked: Asked, shown: Shown) -> Shown:
    return _between(shown, _BEAT)


@shows("53-anthropic-ping-without-data", *EVENTS)
def pings(asked: Asked, shown: Shown) -> Shown:
    """Those of the API itself lose their data, too."""
    kept = [part for part in shown.parts if not part.startswith(b"event: ping")] if shown.frame == SSE else shown.parts
    return _between(shown.with_parts(kept), _PING)


@shows("11-json-as-text-html", *ALL)
def html(asked: Asked, shown: Shown) -> Shown:
    return shown.typed("text/html; charset=utf-8")


@shows("11-json-as-text-plain", *ALL)
def plain(asked: Asked, shown: Shown) -> Shown:
    return shown.typed("text/plain; charset=utf-8")


@asks("38-always-sse", "openai_chat", "openai_responses", "anthropic", "ollama", "mistral", "cohere", "cloudflare")
def always(asked: Asked) -> Shown | None:
    asked.read.stream = asked.read.usage_asked = True
    return None


@shows("38-always-sse", "gemini")
def one_event(asked: Asked, shown: Shown) -> Shown:
    if shown.streamed:
        return shown
    return shown.with_parts([b"data: " + b"".join(shown.parts) + b"\r\n\r\n"]).typed("text/event-stream")


oddity("never-sse", *ALL, acts={"stream": "ignores"})


@shows("46-anthropic-done-after-stop", "anthropic", "openai_responses")
def done_after_all(asked: Asked, shown: Shown) -> Shown:
    return shown.with_parts([*shown.parts, DONE]) if shown.streamed else shown


@shows("55-gemini-done-at-the-end", "gemini")
def done_at_the_end(asked: Asked, shown: Shown) -> Shown:
    return shown.with_parts([*shown.parts, b"data: [DONE]\r\n\r\n"]) if shown.streamed else shown


def _streams(asked: Asked) -> bool:
    return asked.read.stream or "streamGenerateContent" in asked.path


@asks("streams-all-500", *ALL)
def streams_break(asked: Asked) -> Shown | None:
    return worded(asked.wire, 500, "Internal error: the upstream closed the stream.") if _streams(asked) else None


@asks("streams-all-400", *ALL)
def streams_refused(asked: Asked) -> Shown | None:
    """A gateway adds a field of its own, which what is behind it refuses."""
    return (
        worded(asked.wire, 400, "Unrecognized request argument supplied: stream_options") if _streams(asked) else None
    )


@asks("template-chokes-on-quotes", *ALL)
def quotes(asked: Asked) -> Shown | None:
    question = asked.read
    return worded(asked.wire, 500, "Internal Server Error") if any('"' in text for _, text in question.turns) else None


@asks("proxy-that-fails-slowly", *ALL)
def slowly(asked: Asked) -> Shown | None:
    """A proxy that tries again for a while what fails behind it: formats and calls."""
    question = asked.read
    if not (asked.formatted or question.tools or question.top_logprobs is not None):
        return None
    body = msgspec.json.encode({"error": {"message": "upstream error", "type": "server_error"}}).decode()
    return told(502, msgspec.json.decode(body), after=asked.measure)


@shows("gzip-without-its-header", *ALL)
def packed(asked: Asked, shown: Shown) -> Shown:
    return shown.with_parts(_packed(shown.parts))


@shows("gzip-header-without-gzip", *ALL)
def said_to_be_packed(asked: Asked, shown: Shown) -> Shown:
    return shown.with_header(b"content-encoding", b"gzip")


def _packed(parts: list[bytes]) -> list[bytes]:
    """One stream of gzip, of which each part can be unpacked as it comes."""
    if len(parts) == 1:
        return [gzip.compress(parts[0])]
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    return [*(packer.compress(part) + packer.flush(zlib.Z_SYNC_FLUSH) for part in parts), packer.flush()]
