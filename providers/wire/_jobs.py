"""What the services of all APIs have in common, batches and files: requests that go up, are polled for and taken away
again; and from all their responses what became of the question.

A wire's `ask` yields the requests in this order: upload or submit, poll, fetch, delete, and last a list, by which what
an earlier run left behind is found and deleted. The order is what makes it safe: a run that is killed leaves nothing
that the next one does not find, since that is answered from what was kept up to there. What we make carries `MARK` in
its name, and a digest of the question. Of the same question whatever is found is taken away, of any other what is older
than `_STALE`, since no run waits for it any more; what carries no mark is nobody's business.

The states of a batch: https://platform.openai.com/docs/guides/batch,
https://platform.claude.com/docs/en/build-with-claude/batch-processing, https://ai.google.dev/gemini-api/docs/batch-api,
https://docs.mistral.ai/capabilities/batch, https://docs.x.ai/docs/guides/batch-api,
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetModelInvocationJob.html.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import structs

from providers.base import PLAIN, BadReply, Request, Response
from providers.chat import Ask, Media, Message, Part, Reply
from providers.wire._chat_decode import decode
from providers.wire._job_reply import Facts, job_reply

__all__ = ["MARK", "Trail", "encoded", "job_reply", "leftovers", "marked", "medium_of", "multipart", "served"]

MARK = "llm-scoreboard-"
MADE_BY = {"made_by": "llm-scoreboard"}
# Seconds before each poll, some 20 in all.
_WAITS = (0.1, 0.4, 1.0, 2.0, 4.0, 6.0, 6.5)
_STALE = timedelta(days=3)  # no service takes longer than a day or two
_STAND_IN = b"what goes up stands here, in a question that is not sent like this"

Sent = Generator[Request, Response, Response]


def served(ask: Ask) -> bool:
    """Whether a service of the API serves the question."""
    return bool(ask.batch) or any(media.upload for media in ask.media())


def medium_of(ask: Ask) -> Media:
    """What is to go up."""
    return next(media for media in ask.media() if media.upload)


def marked(*told: Any) -> str:
    """A name with our mark that is the same in each run, for the same question to the same model."""
    return MARK + sha256(msgspec.json.encode(told)).hexdigest()[:12]


def multipart(url: str, fields: Mapping[str, str], name: str, mime: str, data: bytes) -> Request:
    """A form with a file (RFC 7578)."""
    boundary = f"{MARK}{sha256(data).hexdigest()[:24]}"
    parts = [f'Content-Disposition: form-data; name="{key}"\r\n\r\n{value}'.encode() for key, value in fields.items()]
    head = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {mime}\r\n\r\n'
    parts.append(head.encode() + data)
    body = b"".join(b"--%b\r\n%b\r\n" % (boundary.encode(), part) for part in parts) + f"--{boundary}--\r\n".encode()
    return Request("POST", url, body, {"content-type": f"multipart/form-data; boundary={boundary}"})


def encoded(ask: Ask, encode: Callable[[Ask], dict[str, Any]], part: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a question, with this part where the file is that went up."""

    def without(one: Part) -> Part:
        return structs.replace(one, data=_STAND_IN, upload=False) if isinstance(one, Media) and one.upload else one

    messages = tuple(Message(m.role, tuple(map(without, m.parts)), m.raw) for m in ask.messages)
    body = encode(structs.replace(ask, messages=messages))
    found: dict[str, Any] = _swapped(body, part, base64.b64encode(_STAND_IN).decode())
    return found


def _swapped(value: Any, part: Mapping[str, Any], mark: str) -> Any:
    if isinstance(value, dict):
        return {key: _swapped(one, part, mark) for key, one in value.items()}
    if isinstance(value, list):
        deep = [_swapped(one, part, mark) for one in value]
        return [dict(part) if mark in msgspec.json.encode(one).decode() else one for one in deep]
    return value


class Trail:
    """The requests of one question to a service, and what was answered so far."""

    def __init__(self) -> None:
        self.responses: list[Response] = []

    @property
    def facts(self) -> Facts:
        """What the responses tell."""
        return Facts(self.responses)

    def send(self, request: Request) -> Sent:
        """Sends one, and keeps its response."""
        response = yield request
        self.responses.append(response)
        return response

    def ended(self, request: Request) -> Generator[Request, Response, bool]:
        """Polls until the batch has ended; False where it is still under way after all."""
        for wait in _WAITS:
            response = yield from self.send(structs.replace(request, after=wait))
            if response.status >= 400 or self.facts.state != "pending":
                return True
        return False


def leftovers(response: Response, key: str, mark: str, told: Callable[[dict[str, Any]], Any]) -> list[dict[str, Any]]:
    """What of a list is ours to take away: of this question, or older than any run that may wait for it."""
    found = []
    for item in items(response, key):
        name = told(item)
        if not isinstance(name, str) or not name.startswith(MARK):
            continue
        if name.partition(".")[0] == mark or is_stale(item, response):
            found.append(item)
    return found


def items(response: Response, key: str) -> list[dict[str, Any]]:
    """The objects of a list; none where it is none."""
    try:
        value = msgspec.json.decode(response.body) if response.status < 400 else None
    except (msgspec.DecodeError, UnicodeError):
        return []
    listed = value.get(key) if isinstance(value, dict) else value
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def is_stale(item: Mapping[str, Any], response: Response) -> bool:
    """By the server's own clock; what does not tell its age is young."""
    made = next((item[key] for key in ("created_at", "createTime", "create_time", "submitTime") if item.get(key)), None)
    made = made or (item.get("metadata") or {}).get("createTime")
    try:
        now = parsedate_to_datetime(response.headers["date"]).astimezone(UTC)
        if isinstance(made, (int, float)):
            return now - datetime.fromtimestamp(made, UTC) > _STALE
        return now - datetime.fromisoformat(str(made)).astimezone(UTC) > _STALE
    except (KeyError, ValueError, TypeError, OverflowError, OSError):
        return False


def plain(ask: Ask) -> Ask:
    """The same question, asked directly."""
    messages = tuple(Message(m.role, tuple(map(_inline, m.parts)), m.raw) for m in ask.messages)
    return structs.replace(ask, batch="", messages=messages)


def _inline(part: Part) -> Part:
    return structs.replace(part, upload=False) if isinstance(part, Media) and part.upload else part


def reply_of(ask: Ask, responses: Sequence[Response], read: Callable[[Ask, Sequence[Response]], Reply]) -> Reply:
    """What all responses say to the question; `read` is the wire's own way to read an answer."""

    def answer(some: Sequence[Response]) -> Reply:
        try:
            return read(plain(ask), some)
        except (
            BadReply
        ):  # xAI answers a batch of responses by chat completions: https://docs.x.ai/docs/guides/batch-api
            if not some or b'"choices"' not in some[-1].body:
                raise
            return decode(some[-1], PLAIN)

    return job_reply(ask, responses, answer)
