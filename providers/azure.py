"""Azure OpenAI and AI Foundry. OpenAI's APIs; the older paths name a deployment, and a day as api-version."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat, openai_images

_DOCS = "https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle"

provider = Provider(
    wire=openai_chat,
    wires={"gpt-image-*": openai_images, "dall-e-*": openai_images},
    title="Azure",
    base_url="https://{AZURE_OPENAI_RESOURCE}.openai.azure.com/openai/v1",
    hosts=("*.openai.azure.com", "*.services.ai.azure.com", "*.cognitiveservices.azure.com", "*.models.ai.azure.com"),
    key_env="AZURE_OPENAI_API_KEY",
    key=("api-key", ""),
    country="US",
    quirks=Quirks(options={"max_tokens": "max_completion_tokens"}),
    notes=(
        Note("A model is called by the name of its deployment, which its owner chose.", _DOCS),
        Note(
            "Each reply tells what its content filter found.",
            "https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter",
        ),
    ),
)
