"""Google Gemini API (AI Studio). Its own wire for chat; imagen models are drawn through `predict`."""

from providers._tables import GENAI_PRICES
from providers.base import Note, Price, Provider
from providers.wire import gemini, imagen

_IMAGEN = "imagen-4.0-fast-generate-001"

provider = Provider(
    wire=gemini,
    wires={"imagen-*": imagen},
    title="Gemini",
    base_url="https://generativelanguage.googleapis.com/v1beta",
    key_env="GEMINI_API_KEY",
    key=("x-goog-api-key", ""),  # https://ai.google.dev/gemini-api/docs/api-key
    country="US",
    thinking={
        "gemini-2.5-pro*": (True,),  # thinking cannot be turned off: https://ai.google.dev/gemini-api/docs/thinking
        "gemini-2.5-flash*": (False, True),
    },
    models=(  # https://ai.google.dev/gemini-api/docs/changelog
        "gemini-2.0-flash-exp-image-generation",
        "gemini-2.0-flash-preview-image-generation",
    ),
    # Sizes of one and the same model behind one endpoint: https://ai.google.dev/gemini-api/docs/imagen
    inherits={
        "imagen-3.0-generate-002": _IMAGEN,
        "imagen-4.0-generate-001": _IMAGEN,
        "imagen-4.0-generate-preview-06-06": _IMAGEN,
        "imagen-4.0-ultra-generate-001": _IMAGEN,
        "imagen-4.0-ultra-generate-preview-06-06": _IMAGEN,
    },
    recommended={"best": "gemini-2.5-pro", "good": "gemini-2.5-flash", "cheap": "gemini-2.5-flash-lite"},
    # Prompts of up to 200,000 tokens; sound that is sent along costs three times as much with 2.5 Flash and Flash-Lite.
    prices={
        "gemini-2.5-pro": Price(1.25, 10.0, GENAI_PRICES),
        "gemini-2.5-pro-preview-0*": Price(1.25, 10.0, GENAI_PRICES),  # by day; those that speak have another price
        "gemini-2.5-flash": Price(0.3, 2.5, GENAI_PRICES),
        "gemini-2.5-flash-lite": Price(0.1, 0.4, GENAI_PRICES),
        "gemini-2.5-flash-lite-preview-0*": Price(0.1, 0.4, GENAI_PRICES),
        "gemini-3-flash-preview": Price(0.5, 3.0, GENAI_PRICES),
        "gemini-3.1-pro-preview": Price(2.0, 12.0, GENAI_PRICES),
        "gemini-3.1-flash-lite": Price(0.25, 1.5, GENAI_PRICES),
        "gemini-3.5-flash": Price(1.5, 9.0, GENAI_PRICES),
        "gemini-3.5-flash-lite": Price(0.3, 2.5, GENAI_PRICES),
        "gemini-3.8-flash": Price(0.75, 3.75, GENAI_PRICES),  # twice that from 2027 on
    },
    notes=(
        Note(
            "Questions that stand in the request of a batch may have 20 MB together; more of them go up as a file.",
            "https://ai.google.dev/gemini-api/docs/batch-api",
        ),
        Note(
            "A tool call ends with finish reason STOP; the API has no reason of its own for it.",
            "https://ai.google.dev/api/generate-content",
        ),
        Note(
            "Files by public URL are refused; they must be uploaded first or sent inline.",
            "https://ai.google.dev/gemini-api/docs/files",
        ),
    ),
    warnings=(
        Note(
            "Thinking tokens count against max tokens: a small cap can leave no room for an answer.",
            "https://ai.google.dev/gemini-api/docs/thinking",
        ),
    ),
)
