"""Hugging Face Inference Providers: one router before many servers, by OpenAI's chat completions."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

provider = Provider(
    wire=openai_chat,
    title="Hugging Face",
    base_url="https://router.huggingface.co/v1",
    hosts=("api-inference.huggingface.co", "*.endpoints.huggingface.cloud"),
    key_env="HF_TOKEN",
    country="US",
    # https://huggingface.co/docs/inference-providers/tasks/chat-completion: parts are text and image_url, tools are
    # functions; no field for parallel calls, modalities or a search.
    quirks=Quirks(lacks=frozenset({"parallel", "web_search", "audio", "document", "output/audio"})),
    thinking={"deepseek-ai/DeepSeek-R1*": (True,), "openai/gpt-oss-*": (True,), "*": (False,)},
    recommended={
        "best": "deepseek-ai/DeepSeek-V3.2",
        "good": "openai/gpt-oss-120b",
        "cheap": "meta-llama/Llama-3.1-8B-Instruct",
    },
    notes=(
        Note(
            "The router chooses which server answers, and its dialect shows through.",
            "https://huggingface.co/docs/inference-providers/index",
        ),
    ),
    warnings=(
        Note(
            "Two answers to one question may come from two servers.",
            "https://huggingface.co/docs/inference-providers/index",
        ),
    ),
)
