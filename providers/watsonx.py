"""IBM watsonx.ai. Its own chat and generation; the key is an access token of IBM Cloud."""

from providers.base import Note, Provider
from providers.wire import watsonx

_DOCS = "https://cloud.ibm.com/apidocs/watsonx-ai"

provider = Provider(
    wire=watsonx,
    title="watsonx.ai",
    base_url="https://us-south.ml.cloud.ibm.com",
    hosts=("*.ml.cloud.ibm.com",),
    key_env="WATSONX_TOKEN",
    country="US",
    notes=(
        Note(
            "A project must be named in each request, and the token is of an hour: it cannot be asked live yet.", _DOCS
        ),
    ),
)
