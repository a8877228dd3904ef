"""OpenAI, by its Responses API."""

from providers.base import Note, Provider
from providers.openaichat import provider as chat
from providers.wire import openai_images, openai_responses

_DOCS = "https://platform.openai.com/docs"
_REASONING = f"{_DOCS}/guides/reasoning"

provider = Provider(
    wire=openai_responses,
    wires={"gpt-image-*": openai_images, "chatgpt-image-*": openai_images, "dall-e-*": openai_images},
    title="OpenAI Responses",
    base_url="https://api.openai.com/v1",
    hosts=("us.api.openai.com", "eu.api.openai.com"),
    key_env="OPENAI_API_KEY",
    country="US",
    # Patterns are tried in order. Before 5.1 no reasoning model can be told not to think; effort "none" came with it:
    # _REASONING
    thinking={
        "gpt-5.*-pro*": (True,), "gpt-5.*-codex*": (True,), "gpt-5.*-chat*": (False,), "gpt-5.*": (False, True),
        "gpt-5-chat*": (False,), "gpt-5*": (True,), "o[134]*": (True,),
        "gpt-4*": (False,), "gpt-3*": (False,),
    },
    recommended={"best": "gpt-5.6-sol", "good": "gpt-5.6-terra", "cheap": "gpt-5.6-luna"},
    prices=chat.prices,  # the same models behind another door
    notes=(
        Note(
            "A file that goes up may have 512 MB, one with the questions of a batch 200 MB.",
            "https://platform.openai.com/docs/api-reference/files/create",
        ),
        Note(
            "No stop sequences and no seed: the API has no field for them.",
            f"{_DOCS}/api-reference/responses/create",
        ),
        Note(
            "Models that think refuse log-probabilities.",
            "2026-08/openairesponses/gpt-5.6-sol_thinking/GenSync-TopLogprobs.yaml",
        ),
        Note(
            "Citations point into files of a vector store, not into a text sent along.",
            f"{_DOCS}/guides/tools-file-search",
        ),
        Note(
            "A tool call ends with status completed; there is no reason of its own for it.",
            f"{_DOCS}/api-reference/responses/object",
        ),
    ),
    warnings=(
        Note("A small cap can be spent on thinking alone; the answer is then empty and incomplete.", _REASONING),
        Note("Responses are stored for 30 days unless told otherwise.", f"{_DOCS}/guides/your-data"),
    ),
)  # fmt: skip
