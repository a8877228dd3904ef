"""Moonshot AI (Kimi), in and outside of China. OpenAI's chat completions, Anthropic's messages."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

_DOCS = "https://platform.kimi.ai/docs/api/chat"

provider = Provider(
    wire=openai_chat,
    title="Moonshot",
    base_url="https://api.moonshot.ai/v1",
    hosts=("api.moonshot.cn", "api.kimi.com"),
    key_env="MOONSHOT_API_KEY",
    country="CN",
    quirks=Quirks(
        # _DOCS has no field for these; pictures and videos go inline, or by the id of a file.
        lacks=frozenset({"seed", "parallel", "web_search", "image/url", "audio", "document", "output/audio"}),
        has=frozenset({"video", "batch"}),  # https://platform.kimi.ai/docs/api/batch-create
        options={
            "batch": {"query": ""},  # https://platform.kimi.ai/docs/api/files-list takes none
            "max_tokens": "max_completion_tokens",  # _DOCS: max_tokens is deprecated
            "thinking": {True: {"thinking": {"type": "enabled"}}, False: {"thinking": {"type": "disabled"}}},
        },
    ),
    # https://platform.kimi.ai/docs/api/models-overview: kimi-k2.7-code and kimi-k3 always think.
    thinking={
        "kimi-k2-thinking*": (True,),
        "kimi-k2.7-code*": (True,),
        "kimi-k3*": (True,),
        "kimi-k2.[5-9]*": (False, True),
    },
    notes=(
        Note(
            "A search is a tool, $web_search, whose call the caller is asked to confirm; it is not asked for.",
            "https://platform.kimi.ai/docs/guide/use-web-search",
        ),
        Note("No batches are served by kimi-k3.", "https://platform.kimi.ai/docs/guide/use-batch-api"),
        Note(
            "A call can be demanded of kimi-k3 alone; a tool can be named where nothing is thought.",
            "https://platform.kimi.ai/docs/guide/use-tool-choice",
        ),
    ),
)
