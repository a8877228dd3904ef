"""What says whose account it is, and what only looks like it."""

import pytest

from providers.base import Request, Response
from scoreboard.evidence.redaction import Redactor

REDACTOR = Redactor()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/abc", "arn:aws:bedrock:us-east-1:REDACTED:model-invocation-job/abc"),
        ("/arn%3Aaws%3Abedrock%3Aeu-west-1%3A123456789012%3Ax%2Fabc", "/arn%3Aaws%3Abedrock%3Aeu-west-1%3AREDACTED%3Ax%2Fabc"),
        ('{"roleArn":"arn:aws-cn:iam::123456789012:role/path/my-role"}', '{"roleArn":"arn:aws-cn:iam::REDACTED"}'),
        ("User: arn:aws:sts::123456789012:assumed-role/r/jane is not authorized", "User: arn:aws:sts::REDACTED is not authorized"),
        ('"s3Uri":"s3://acme-data/out/"', '"s3Uri":"s3://REDACTED/out/"'),
        ('"s3Uri":"s3:\\/\\/acme-data\\/out\\/"', '"s3Uri":"s3:\\/\\/REDACTED\\/out\\/"'),
        ("https://acme-data.s3.us-east-1.amazonaws.com/a", "https://REDACTED.s3.us-east-1.amazonaws.com/a"),
        ("https://s3.us-east-1.amazonaws.com/acme.data/a", "https://s3.us-east-1.amazonaws.com/REDACTED/a"),
        ("<Error><BucketName>acme</BucketName><Resource>/acme/a</Resource>", "<Error><BucketName>REDACTED</BucketName><Resource>/REDACTED/a</Resource>"),
        ("<SignatureProvided>0f9e</SignatureProvided>", "<SignatureProvided>REDACTED</SignatureProvided>"),
        (
            '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>false</IsTruncated><Name>acme</Name><Key>Name</Key>',
            '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>false</IsTruncated><Name>REDACTED</Name><Key>Name</Key>',
        ),
    ],
)  # fmt: skip
def test_accounts_and_buckets_are_struck_out_once(text: str, kept: str) -> None:
    assert REDACTOR.text(text) == kept
    assert REDACTOR.text(kept) == kept


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0",
        "s3://{BEDROCK_BATCH_BUCKET}/llm-scoreboard-1/questions.jsonl",
        "https://s3.{AWS_REGION}.amazonaws.com/{BEDROCK_BATCH_BUCKET}/x",
        "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/converse",
        "<Name>Jane</Name> was born in 123456789012",
        "https://docs.aws.amazon.com/s3/index.html",
    ],
)
def test_what_tells_of_nobody_stays(text: str) -> None:
    assert REDACTOR.text(text) == text


def test_requests_and_responses_are_kept_without() -> None:
    url = "https://bedrock.us-east-1.amazonaws.com/model-invocation-job/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ax%2Fabc"
    headers = {
        "authorization": "AWS4-HMAC-SHA256 Credential=x",
        "x-amz-date": "d",
        "x-amz-security-token": "t",
        "x-amz-content-sha256": "h",
    }
    request = REDACTOR.request(Request("GET", url, b"", headers))
    assert ("123456789012" in request.url, request.headers) == (False, {})
    response = REDACTOR.response(Response(200, {"x-amz-meta": "s3://acme-data/x"}, b'{"a":"s3://acme-data/x"}'))
    assert (response.headers, response.body) == ({"x-amz-meta": "s3://REDACTED/x"}, b'{"a":"s3://REDACTED/x"}')
