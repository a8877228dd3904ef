"""IBM watsonx.ai. Its own chat and generation; the key is an access token of IBM Cloud."""

from providers.base import Note, Provider, Quirks
from providers.wire import watsonx

_DOCS = "https://cloud.ibm.com/apidocs/watsonx-ai"

provider = Provider(
    wire=watsonx,
    title="watsonx.ai",
    base_url="https://us-south.ml.cloud.ibm.com",
    hosts=("*.ml.cloud.ibm.com", "*.aws.wxai.ibm.com"),  # the latter: https://github.com/IBM/watsonx-ai-node-sdk
    key_env="WATSONX_TOKEN",
    country="US",
    quirks=Quirks(
        # https://ibm.github.io/watsonx-ai-node-sdk/types/1_7_x.WatsonXAI.TextChatUserContents.html
        has=frozenset({"audio", "video"}),
        # max_tokens is deprecated: https://reference.langchain.com/python/langchain-ibm/chat_models/ChatWatsonx/max_tokens
        options={"max_tokens": "max_completion_tokens"},
    ),
    notes=(
        Note(
            "A project must be named in each request, and the token is of an hour: it cannot be asked live yet.", _DOCS
        ),
    ),
)
