"""Black Forest Labs. Pictures only: ordered, then polled for."""

from providers.base import Note, Provider
from providers.wire import bfl

provider = Provider(
    wire=bfl,
    title="Black Forest Labs",
    base_url="https://api.bfl.ai/v1",
    key_env="BFL_API_KEY",
    key=("x-key", ""),  # https://docs.bfl.ai/quick_start/generating_images
    country="DE",
    recommended={"best": "flux-2-max", "good": "flux-2-pro", "cheap": "flux-2-klein-4b"},
    notes=(
        Note(
            "The address to poll must be the one that the order returned: it names a region.",
            "https://docs.bfl.ai/api_integration/integration_guidelines",
        ),
        Note(
            "Models are listed in the description of the API, there is no list of their own.",
            "https://api.bfl.ai/openapi.json",
        ),
    ),
    warnings=(
        Note(
            "The address of a picture is valid for ten minutes.",
            "https://docs.bfl.ai/api_integration/integration_guidelines",
        ),
        Note(
            "A refused prompt is no HTTP error, but a status: Request Moderated, Content Moderated.",
            "https://api.bfl.ai/openapi.json",
        ),
    ),
)
