"""mistral.rs on one's own machine. OpenAI's chat completions and responses."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

_DOCS = "https://github.com/EricLBuehler/mistral.rs/blob/master/docs/HTTP.md"

provider = Provider(
    wire=openai_chat,
    title="mistral.rs",
    base_url="http://localhost:1234/v1",
    country="local",
    quirks=Quirks(options={"thinking": {True: {"enable_thinking": True}, False: {"enable_thinking": False}}}),
    notes=(Note("It serves one model, or several by their names.", _DOCS),),
)
