"""Bedrock's control plane and its bucket, as Amazon's own clients see them."""

from collections.abc import Iterator
from typing import Any

import botocore.session  # type: ignore[import-untyped]
import httpx
import msgspec
import pytest
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import ClientError  # type: ignore[import-untyped]

from emulator import IGNORES, REJECTS, Server, Switchboard, serve
from emulator.bedrock import RECORDS, ROLE, Bedrock
from emulator.bedrock_store import BUCKET
from emulator.sigv4 import KEY_ID, SECRET

MODEL, WIRE = "emulated.model-v1:0", "bedrock_converse"
BODY = {"messages": [{"role": "user", "content": [{"text": "Say hello."}]}], "inferenceConfig": {"maxTokens": 50}}
LINES = b"".join(msgspec.json.encode({"recordId": f"r-{n}", "modelInput": BODY}) + b"\n" for n in range(RECORDS))


@pytest.fixture
def board() -> Switchboard:
    return Switchboard(models=(MODEL,))


@pytest.fixture
def server(board: Switchboard) -> Iterator[Server]:
    with serve(board, {WIRE: Bedrock}) as server:
        yield server


def client(server: Server, service: str, secret: str = SECRET) -> Any:
    config = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0})
    return botocore.session.get_session().create_client(
        service,
        "us-east-1",
        endpoint_url=server.url(WIRE),
        config=config,
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=secret,
    )


def job(**more: Any) -> dict[str, Any]:
    return {
        "jobName": "words-1", "roleArn": ROLE, "modelId": MODEL, "modelInvocationType": "Converse",
        "inputDataConfig": {"s3InputDataConfig": {"s3Uri": f"s3://{BUCKET}/in/words.jsonl"}},
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": f"s3://{BUCKET}/out/"}},
    } | more  # fmt: skip


def refused(call: Any, **arguments: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def test_objects_are_put_listed_fetched_and_deleted(server: Server) -> None:
    s3 = client(server, "s3")
    s3.put_object(Bucket=BUCKET, Key="a b/ü&.jsonl", Body=b"one\n")
    s3.put_object(Bucket=BUCKET, Key="other", Body=b"two")
    listed = s3.list_objects_v2(Bucket=BUCKET, Prefix="a b/")
    assert [one["Key"] for one in listed["Contents"]] == ["a b/ü&.jsonl"]
    assert s3.get_object(Bucket=BUCKET, Key="a b/ü&.jsonl")["Body"].read() == b"one\n"
    s3.delete_object(Bucket=BUCKET, Key="a b/ü&.jsonl")
    assert refused(s3.get_object, Bucket=BUCKET, Key="a b/ü&.jsonl") == (404, "NoSuchKey")
    assert refused(s3.list_objects_v2, Bucket="nobodys") == (404, "NoSuchBucket")
    assert refused(client(server, "s3", "wrong").list_objects_v2, Bucket=BUCKET) == (403, "SignatureDoesNotMatch")
    assert httpx.get(f"{server.url(WIRE)}/{BUCKET}", headers={"authorization": "Bearer test-key"}).status_code == 403


def test_a_job_ends_with_its_results_in_the_bucket(server: Server) -> None:
    s3, bedrock = client(server, "s3"), client(server, "bedrock")
    s3.put_object(Bucket=BUCKET, Key="in/words.jsonl", Body=LINES)
    arn = bedrock.create_model_invocation_job(**job(clientRequestToken="t1"))["jobArn"]
    assert bedrock.create_model_invocation_job(**job(clientRequestToken="t1"))["jobArn"] == arn
    assert bedrock.get_model_invocation_job(jobIdentifier=arn)["status"] == "InProgress"
    done = bedrock.get_model_invocation_job(jobIdentifier=arn[-12:])
    assert (done["status"], done["totalRecordCount"], done["modelId"]) == ("Completed", RECORDS, MODEL)
    got = s3.get_object(Bucket=BUCKET, Key=f"out/{arn[-12:]}/words.jsonl.out")["Body"].read().splitlines()
    first = msgspec.json.decode(got[0])
    assert (len(got), first["recordId"], first["modelOutput"]["stopReason"]) == (RECORDS, "r-0", "end_turn")
    manifest = msgspec.json.decode(
        s3.get_object(Bucket=BUCKET, Key=f"out/{arn[-12:]}/manifest.json.out")["Body"].read()
    )
    assert manifest["successRecordCount"] == RECORDS
    assert refused(bedrock.stop_model_invocation_job, jobIdentifier=arn)[0] == 400


def test_jobs_are_listed_by_name_and_stopped(server: Server, board: Switchboard) -> None:
    board.set("batch", IGNORES)
    bedrock = client(server, "bedrock")
    arns = [
        bedrock.create_model_invocation_job(**job(jobName=name))["jobArn"] for name in ("words-1", "words-2", "other")
    ]
    listed = bedrock.list_model_invocation_jobs(nameContains="words", maxResults=10)["invocationJobSummaries"]
    assert [one["jobArn"] for one in listed] == [arns[1], arns[0]]
    bedrock.stop_model_invocation_job(jobIdentifier=arns[0])
    assert bedrock.get_model_invocation_job(jobIdentifier=arns[0])["status"] == "Stopped"


def test_what_is_wrong_is_told_as_amazon_does(server: Server, board: Switchboard) -> None:
    bedrock, s3 = client(server, "bedrock"), client(server, "s3")
    create = bedrock.create_model_invocation_job
    assert refused(create, **job(jobName="a_b")) == (400, "ValidationException")
    assert refused(bedrock.get_model_invocation_job, jobIdentifier="0" * 12) == (404, "ResourceNotFoundException")
    assert refused(client(server, "bedrock", "wrong").create_model_invocation_job, **job()) == (
        403,
        "InvalidSignatureException",
    )
    s3.put_object(Bucket=BUCKET, Key="in/words.jsonl", Body=LINES.splitlines(keepends=True)[0])
    arn = create(**job())["jobArn"]
    for _ in range(2):
        few = bedrock.get_model_invocation_job(jobIdentifier=arn)
    assert few["status"] == "Failed"
    assert "required minimum of: 100" in few["message"]
    board.set("batch", REJECTS)
    assert refused(create, **job()) == (400, "ValidationException")


def test_words_come_by_converse(server: Server) -> None:
    runtime = client(server, "bedrock-runtime")
    got = httpx.post(
        f"{server.url(WIRE)}/model/{MODEL}/converse", json=BODY, headers={"authorization": "Bearer test-key"}
    ).json()
    assert got["output"]["message"]["content"][0]["text"]
    assert runtime.converse(modelId=MODEL, **BODY)["stopReason"] == "end_turn"
    names = client(server, "bedrock").list_foundation_models()["modelSummaries"]
    assert [one["modelId"] for one in names] == [MODEL]
