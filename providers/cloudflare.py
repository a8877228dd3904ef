"""Cloudflare Workers AI, through its native API. The account stands in the URL."""

from providers._tables import GENAI_PRICES
from providers.base import Note, Price, Provider
from providers.wire import cloudflare

# The source of https://developers.cloudflare.com/workers-ai/platform/pricing, of a day before the newer models.
_PRICES = (
    "https://github.com/cloudflare/cloudflare-docs/blob/00590558002f492df22899d71c84f836c054cc99"
    "/src/content/docs/workers-ai/platform/pricing.mdx"
)

provider = Provider(
    wire=cloudflare,
    title="Cloudflare",
    base_url="https://api.cloudflare.com/client/v4/accounts/{CLOUDFLARE_ACCOUNT_ID}",
    key_env="CLOUDFLARE_API_KEY",
    country="US",
    recommended={
        "best": "@cf/openai/gpt-oss-120b",
        "good": "@cf/meta/llama-4-scout-17b-16e-instruct",
        "cheap": "@cf/meta/llama-3.2-3b-instruct",
    },
    prices={
        "@cf/meta/llama-4-scout-17b-16e-instruct": Price(0.27, 0.85, GENAI_PRICES),
        "@cf/meta/llama-3.3-70b-instruct-fp8-fast": Price(0.293, 2.253, _PRICES),
        "@cf/meta/llama-3.2-11b-vision-instruct": Price(0.049, 0.676, _PRICES),
        "@cf/meta/llama-3.2-3b-instruct": Price(0.051, 0.335, _PRICES),
        "@cf/meta/llama-3.1-8b-instruct-fp8-fast": Price(0.045, 0.384, _PRICES),
        "@cf/openai/gpt-oss-120b": Price(0.35, 0.75, GENAI_PRICES),
        "@cf/openai/gpt-oss-20b": Price(0.2, 0.3, GENAI_PRICES),
        "@cf/qwen/qwen3-30b-a3b-fp8": Price(0.051, 0.335, GENAI_PRICES),
        "@cf/mistralai/mistral-small-3.1-24b-instruct": Price(0.351, 0.555, GENAI_PRICES),
        "@cf/zai-org/glm-4.7-flash": Price(0.06, 0.4, GENAI_PRICES),
    },
    notes=(
        Note(
            "No reply tells why it ended: the native API has no finish reason.",
            "https://developers.cloudflare.com/workers-ai/models/llama-4-scout-17b-16e-instruct",
        ),
        Note(
            "Pictures go as data URLs only; an address is not taken.",
            "https://developers.cloudflare.com/workers-ai/models/llama-4-scout-17b-16e-instruct",
        ),
        Note(
            "Stop sequences and forced tools cannot be asked for.",
            "https://developers.cloudflare.com/workers-ai/models/llama-4-scout-17b-16e-instruct",
        ),
    ),
    warnings=(
        Note(
            "In JSON mode the reply is a JSON value, not text, and a streamed token may be the value true.",
            "2026-08/cloudflare/@cf/meta/llama-4-scout-17b-16e-instruct/GenStream-JSON.yaml",
        ),
    ),
)
