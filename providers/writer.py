"""Writer. Its own chat, and completions of a prompt."""

from providers.base import Note, Provider
from providers.wire import writer_chat

_DOCS = "https://dev.writer.com/api-reference/completion-api/chat-completion"

provider = Provider(
    wire=writer_chat,
    title="Writer",
    base_url="https://api.writer.com/v1",
    key_env="WRITER_API_KEY",
    country="US",
    notes=(
        Note(
            "Palmyra's own tools search the web or a graph of one's own; they are not asked for.",
            "https://dev.writer.com/home/web-search-tool",
        ),
    ),
)
