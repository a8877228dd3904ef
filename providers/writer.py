"""Writer. Its own chat, and completions of a prompt."""

from providers.base import Note, Provider, Quirks
from providers.wire import writer_chat

_DOCS = "https://dev.writer.com/api-reference/completion-api/chat-completion"
_SEARCH: dict[str, list[str]] = {"include_domains": [], "exclude_domains": []}  # _DOCS: both are required

provider = Provider(
    wire=writer_chat,
    title="Writer",
    base_url="https://api.writer.com/v1",
    key_env="WRITER_API_KEY",
    country="US",
    quirks=Quirks(
        # _DOCS: response_format is text or json_schema, logprobs a flag without a count, and nothing forbids two calls.
        lacks=frozenset({"json", "top_logprobs", "parallel"}),
        has=frozenset({"web_search"}),  # https://dev.writer.com/home/web-search-tool
        options={"search": {True: {"tools": [{"type": "web_search", "function": _SEARCH}]}}},
    ),
    notes=(
        Note(
            "Of Palmyra's own tools (a graph, another model, translation, vision) one at most goes with a question.",
            _DOCS,
        ),
    ),
)
