"""Together AI. OpenAI's chat completions; pictures through images/generations."""

from providers._tables import GENAI_PRICES
from providers.base import Note, Price, Provider, Quirks
from providers.wire import openai_chat, openai_images

_SEEN = "2025-08/togetherai/meta-llama/Llama-4-Scout-17B-16E-Instruct/GenSync-{}.yaml"

provider = Provider(
    wire=openai_chat,
    wires={"black-forest-labs/*": openai_images},
    title="Together AI",
    base_url="https://api.together.ai/v1",  # https://docs.together.ai/docs/inference/openai-compatibility
    hosts=("api.together.xyz",),
    key_env="TOGETHER_API_KEY",
    country="US",
    quirks=Quirks(
        # https://docs.together.ai/reference/chat-completions-1, and the types of together-python
        lacks=frozenset({"parallel", "web_search", "document", "output/audio"}),
        has=frozenset({"video", "video/url", "audio/url", "batch"}),
        options={
            # https://docs.together.ai/docs/inference/batch/tutorial, https://docs.together.ai/reference/upload-file
            "batch": {
                "upload": "/files/upload",
                "named": "file_name",
                "purpose": "batch-api",
                "query": "",
                "metadata": False,
            },
            "logprobs": "count",  # "integer, 0 to 20": https://docs.together.ai/docs/logprobs
            "parts": {"audio": "audio_url"},
            "stream_usage": False,  # told in the last chunk unasked
            "thinking": {True: {"reasoning": {"enabled": True}}, False: {"reasoning": {"enabled": False}}},
        },
    ),
    # https://docs.together.ai/docs/inference/chat/reasoning: which always think, and which can be told to
    thinking={
        "openai/gpt-oss-*": (True,),
        "MiniMaxAI/MiniMax-M2.7": (True,),
        "deepseek-ai/DeepSeek-R1*": (True,),
        "deepseek-ai/DeepSeek-V3.1": (False, True),
        "deepseek-ai/DeepSeek-V4-Pro*": (False, True),
        "zai-org/GLM-5": (False, True),
        "zai-org/GLM-5.1": (False, True),
        "moonshotai/Kimi-K2.[56]": (False, True),
        "Qwen/Qwen3.[56]-*": (False, True),
        "deepcogito/cogito-v2-1-*": (False, True),
    },
    recommended={
        "best": "deepseek-ai/DeepSeek-V3.1",
        "good": "openai/gpt-oss-120b",
        "cheap": "meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo",
    },
    prices={
        "meta-llama/Llama-4-Scout-17B-16E-Instruct": Price(0.18, 0.59, GENAI_PRICES),
        "meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8": Price(0.27, 0.85, GENAI_PRICES),
        "meta-llama/Llama-3.3-70B-Instruct-Turbo": Price(0.88, 0.88, GENAI_PRICES),
        "meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo": Price(0.18, 0.18, GENAI_PRICES),
        "openai/gpt-oss-120b": Price(0.15, 0.6, GENAI_PRICES),
        "deepseek-ai/DeepSeek-V4-Pro-0813": Price(1.32, 3.96, GENAI_PRICES),
        "deepseek-ai/DeepSeek-V4.1-Flash": Price(0.3, 1.2, GENAI_PRICES),
        "Qwen/Qwen3.8-Flash": Price(0.15, 0.47, GENAI_PRICES),
        "moonshotai/Kimi-K3": Price(3.0, 15.0, GENAI_PRICES),
        "zai-org/GLM-5.3": Price(1.4, 4.4, GENAI_PRICES),
    },
    notes=(
        Note("`logprobs` is a number; streams tell alternatives, whole answers do not.", _SEEN.format("TopLogprobs")),
        Note(
            "`tool_choice` is not heeded by models that choose for themselves; a warning says so.",
            _SEEN.format("Tools-SquareRoot-1"),
        ),
    ),
)
