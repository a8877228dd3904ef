"""Writer's chat: chat completions at a path of their own, /v1/chat.

Source: https://dev.writer.com/api-reference/completion-api/chat-completion. Its answers bring the findings of
Writer's own tools beside the text (`graph_data`, `llm_data`, ...). The options of Quirks are those of `openai_chat`.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

from msgspec import structs

from providers.base import PLAIN, Asking, Misfit, Quirks, Request, Response
from providers.chat import Ask, Reply
from providers.wire import openai_chat
from providers.wire._chat_read import read_body
from providers.wire._http import body_of

_PATH = "/chat"
_OTHERS = frozenset({"seed", "web_search", "audio", "document", "output/audio"})
_OWN = (
    "graph_data", "llm_data", "image_data", "translation_data", "web_search_data", "trace_details",
    "prompt_token_details", "completion_token_details",
)  # fmt: skip


def fields(quirks: Quirks = PLAIN) -> frozenset[str]:
    """The features of chat completions, but for those that the page has no field for or another form."""
    return openai_chat.fields(quirks) - (_OTHERS - quirks.has)


def matches(request: Request) -> bool:
    """True for POST .../v1/chat with a list of messages."""
    if request.method != "POST" or not request.path.endswith("/v1/chat"):
        return False
    try:
        return isinstance(body_of(request).any("messages"), list)
    except Misfit:
        return False


def ask(ask: Ask, model: str, base_url: str, quirks: Quirks = PLAIN) -> Asking:
    """One request, one reply."""
    plain = structs.replace(
        quirks, lacks=openai_chat.FIELDS - fields(quirks), options={**quirks.options, "path": _PATH}
    )
    found = yield from openai_chat.ask(ask, model, base_url, plain)
    return _plain(found)


def reply(ask: Ask, responses: Sequence[Response], quirks: Quirks = PLAIN) -> Reply:
    """A completion, a stream of its pieces, or an error."""
    return _plain(openai_chat.reply(ask, responses, quirks))


def _plain(found: Reply) -> Reply:
    """The reply without what Writer's own tools tell."""
    return structs.replace(found, unknown=tuple(path for path in found.unknown if not path.endswith(_OWN)))


def read(request: Request) -> tuple[str, Ask]:
    """The model and the question of a recorded request."""
    if not matches(request):
        msg = f"{request.method} {request.path} is not Writer's chat"
        raise Misfit(msg)
    return read_body(request)


def models(base_url: str, quirks: Quirks = PLAIN) -> Generator[Request, Response, list[str]]:
    """GET /models (https://dev.writer.com/api-reference/completion-api/list-models)."""
    return openai_chat.models(base_url, quirks)
