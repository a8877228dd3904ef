"""Amazon Bedrock. Converse for the models of all makers; also each maker's own form, and OpenAI's APIs."""

from providers.base import Note, Provider
from providers.wire import bedrock_converse
from providers.wire._jobs_amazon import BUCKET, RECORDS, ROLE

_DOCS = "https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html"

provider = Provider(
    wire=bedrock_converse,
    title="Amazon Bedrock",
    base_url="https://bedrock-runtime.{AWS_REGION}.amazonaws.com",
    hosts=("bedrock-runtime*.amazonaws.com", "bedrock.*.amazonaws.com", "bedrock-mantle.*.api.aws"),
    key_env="AWS_BEARER_TOKEN_BEDROCK",  # https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-use.html
    # The key serves at Bedrock alone; questions go up to a bucket of the user's, which a role of the user's lets
    # Bedrock read and write: https://docs.aws.amazon.com/bedrock/latest/userguide/batch-inference-permissions.html
    needs={"batch": ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", BUCKET, ROLE)},
    batch_size=RECORDS,
    country="US",
    thinking={
        "*claude-3-7*": (False, True),
        "*claude-*-4-[1-5]-*": (False, True),
        "*claude-*-4-2025*": (False, True),
        "*nova-2*": (False, True),
        "*deepseek.r1*": (True,),
    },
    notes=(
        Note(
            "The key is a Bedrock API key; requests signed with AWS credentials are read, and sent to Amazon S3 alone.",
            _DOCS,
        ),
        Note(
            f"A batch is asked for where AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, {BUCKET} (in the region of "
            f"AWS_REGION) and {ROLE} are set and the extra aws is installed. It holds the same question {RECORDS} "
            "times, the fewest that there may be; objects and jobs are taken away again.",
            "https://docs.aws.amazon.com/general/latest/gr/bedrock.html",
        ),
        Note(
            "Models are named by their maker and a version; a prefix (us., eu., global.) names where they may run.",
            "https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html",
        ),
        Note(
            "There is neither a seed nor log-probabilities; a tool cannot be forbidden.",
            "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html",
        ),
    ),
)
