"""Z.ai (Zhipu), in and outside of China, and its plan for coding. OpenAI's chat completions."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

_DOCS = "https://docs.z.ai/api-reference/llm/chat-completion"
_SEARCH = {"enable": True, "search_engine": "search_pro_jina", "search_result": True}  # _DOCS: WebSearchObject

provider = Provider(
    wire=openai_chat,
    title="Z.ai",
    base_url="https://api.z.ai/api/paas/v4",
    hosts=("open.bigmodel.cn",),
    key_env="ZAI_API_KEY",  # https://github.com/zai-org/z-ai-sdk-python
    country="CN",
    quirks=Quirks(
        # _DOCS has no field for these; a tool's choice has one value, auto. Videos go by their address, files inline as
        # well (VisionMultimodalContentItem); their address goes in the older part, which is still taken.
        lacks=frozenset(
            {"seed", "top_logprobs", "schema", "tool_choice", "tool_choice/none", "named_tool", "parallel"}
            | {"audio", "output/audio"}
        ),
        has=frozenset({"video/url", "document/url"}),
        options={
            "parts": {"document/url": "file_url"},
            "search": {True: {"tools": [{"type": "web_search", "web_search": _SEARCH}]}},
            "thinking": {True: {"thinking": {"type": "enabled"}}, False: {"thinking": {"type": "disabled"}}},
        },
    ),
    thinking={
        "glm-4.5*": (False, True),
        "glm-4.6*": (False, True),
        "glm-4.7*": (False, True),
        "glm-5.3*": (True,),  # _DOCS: thinking cannot be turned off
        "glm-5*": (False, True),
    },
    notes=(
        Note("Tools are chosen by the model alone: the choice of tools has one value, auto.", _DOCS),
        Note("The plan for coding has a path of its own, /api/coding/paas/v4.", "https://docs.z.ai/devpack/overview"),
    ),
)
