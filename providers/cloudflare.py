"""Cloudflare Workers AI, through its native API. The account stands in the URL."""

from providers.base import Note, Provider
from providers.wire import cloudflare

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
