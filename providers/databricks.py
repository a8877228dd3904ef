"""Databricks' model serving: one's own and Databricks' endpoints. OpenAI's chat completions."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

_DOCS = "https://docs.databricks.com/aws/en/machine-learning/foundation-model-apis/api-reference"

provider = Provider(
    wire=openai_chat,
    title="Databricks",
    base_url="https://{DATABRICKS_HOST}/serving-endpoints",
    hosts=("*.azuredatabricks.net", "*.cloud.databricks.com", "*.gcp.databricks.com"),
    key_env="DATABRICKS_TOKEN",
    country="US",
    quirks=Quirks(lacks=frozenset({"seed", "web_search", "audio", "document", "output/audio"})),
    notes=(Note("A model is the name of a serving endpoint.", _DOCS),),
)
