"""Snowflake's Cortex. OpenAI's chat completions; Anthropic's messages for Claude."""

from providers.base import Note, Provider, Quirks
from providers.wire import openai_chat

_DOCS = "https://docs.snowflake.com/en/user-guide/snowflake-cortex/cortex-rest-api"

provider = Provider(
    wire=openai_chat,
    title="Snowflake",
    base_url="https://{SNOWFLAKE_ACCOUNT}.snowflakecomputing.com/api/v2/cortex/v1",
    hosts=("*.snowflakecomputing.com",),
    key_env="SNOWFLAKE_PAT",
    country="US",
    quirks=Quirks(options={"max_tokens": "max_completion_tokens"}),
    notes=(Note("The key is a programmatic access token.", _DOCS),),
)
