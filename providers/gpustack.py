"""GPUStack on one's own machines. OpenAI's chat completions."""

from providers.base import Note, Provider
from providers.wire import openai_chat

_DOCS = "https://docs.gpustack.ai/latest/user-guide/openai-compatible-apis/"

provider = Provider(
    wire=openai_chat,
    title="GPUStack",
    base_url="http://localhost/v1",
    country="local",
    notes=(Note("Older versions serve it at /v1-openai.", _DOCS),),
)
