"""Google's Vertex AI. Gemini's own wire; other makers' models in their own form; a key of the express mode will do."""

from providers.base import Note, Provider, Quirks
from providers.wire import gemini, imagen, vertex_raw

_DOCS = "https://docs.cloud.google.com/vertex-ai/generative-ai/docs/start/express-mode/overview"

provider = Provider(
    wire=gemini,
    wires={"imagen-*": imagen, "claude-*": vertex_raw},
    title="Vertex AI",
    base_url="https://aiplatform.googleapis.com/v1/publishers/google",
    hosts=("*-aiplatform.googleapis.com", "aiplatform.*.rep.googleapis.com"),
    key_env="GOOGLE_API_KEY",
    key=("x-goog-api-key", ""),
    country="US",
    # A key reaches no batches, and there is no file service:
    # https://cloud.google.com/vertex-ai/generative-ai/docs/start/express-mode/vertex-ai-express-mode-api-reference,
    # https://www.mintlify.com/googleapis/python-genai/guides/files
    quirks=Quirks(lacks=frozenset({"batch", "file"})),
    thinking={"gemini-2.5-pro*": (True,), "gemini-2.5-flash*": (False, True)},
    notes=(
        Note(
            "Models of other makers need a project in the URL, and a token: they cannot be asked live yet.",
            "https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/use-partner-models",
        ),
    ),
)
