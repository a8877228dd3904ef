"""Amazon Bedrock: Converse for words, and batches over a bucket, all at one address.

Sources: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, API_CreateModelInvocationJob,
API_GetModelInvocationJob, API_ListModelInvocationJobs, API_StopModelInvocationJob and API_ListFoundationModels of the same;
https://docs.aws.amazon.com/bedrock/latest/userguide/batch-inference-data.html, .../userguide/batch-inference-results.html.
Of Converse there is what a plain question needs: no streams, no tools, no media. So it is none of the wires that are
served by default; whoever needs it names it.
"""

import re
from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from . import sigv4
from .bedrock_store import Store
from .problem import Problem
from .question import Answer, Question
from .store import Job
from .wire import Json, json_response, read_json

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/emulated-batches"
RECORDS = 100  # https://docs.aws.amazon.com/general/latest/gr/bedrock.html: the fewest of a job
_JOB = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:model-invocation-job/"
_NAME = re.compile(r"[a-zA-Z0-9]{1,63}(-*[a-zA-Z0-9+\-.]){0,63}")
_URI = re.compile(r"s3://[a-z0-9][-.a-z0-9]{1,61}[a-z0-9](?:/[-!_*'().a-z0-9A-Z]+(?:/[-!_*'().a-z0-9A-Z]+)*)?/?")
_ROLE = re.compile(r"arn:aws(-[^:]+)?:iam::([0-9]{12})?:role/.+")
_FINISH = {"stop": "end_turn", "stop_sequence": "stop_sequence", "length": "max_tokens", "none": "end_turn"}
# Status, name and words of errors.
_ERRORS = {
    "auth": (403, "AccessDeniedException", "Authentication failed: Please make sure your API Key is valid."),
    "model": (400, "ValidationException", "The provided model identifier is invalid."),
    "rate": (429, "ThrottlingException", "Too many requests, please wait before trying again."),
    "server": (
        500,
        "InternalServerException",
        "The server encountered an internal error while processing the request.",
    ),
    "unavailable": (503, "ServiceUnavailableException", "The service is currently unavailable."),
    "overloaded": (503, "ServiceUnavailableException", "The service is currently unavailable."),
    "credit": (400, "ServiceQuotaExceededException", "Your request exceeds the service quota for your account."),
}


class Bedrock(Store):
    """Runtime, control plane and bucket. `denied`: whether the role may not be handed on."""

    denied = False

    def needs_key(self, request: Request) -> bool:
        """What is signed is checked where its body is known."""
        return not sigv4.is_signed(request)

    def routes(self) -> list[Route]:
        return [
            Route("/model/{model:path}/converse", self._converse, methods=["POST"]),
            Route("/foundation-models", self._models),
            Route("/model-invocation-job", self._create, methods=["POST"]),
            Route("/model-invocation-job/{id:path}/stop", self._stop, methods=["POST"]),
            Route("/model-invocation-job/{id:path}", self._job),
            Route("/model-invocation-jobs", self._jobs),
            *self.store_routes(),
        ]

    def problem(self, problem: Problem) -> Response:
        status, name, message = _ERRORS.get(problem.kind, (400, "ValidationException", problem.message))
        if problem.kind == "not_found":
            status, name = 404, "ResourceNotFoundException"
        if problem.param:
            status, name = 403, problem.param
        if problem.kind == "rejected":
            message = f"This model doesn't support {problem.capability}."
        return json_response({"message": problem.message or message}, status, {"x-amzn-errortype": name})

    def model(self, request: Request, body: Json) -> str:
        found = re.fullmatch(r"/model/(.+)/converse", request.url.path)
        return found[1] if found else str(body.get("modelId", ""))

    async def _read(self, request: Request) -> Json:
        """The body, of a client that may be who it says."""
        if sigv4.is_signed(request) and sigv4.complaint(request, await request.body(), "bedrock"):
            raise Problem(
                "bad_request", "The request signature we calculated does not match.", param="InvalidSignatureException"
            )
        return await read_json(request) if request.method == "POST" and await request.body() else {}

    async def _converse(self, request: Request) -> Response:
        return json_response(self._answered(await read_json(request), request.path_params["model"]))

    def _answered(self, body: Json, model: str) -> Json:
        return _rendered(self.bench.brain.answer(_question(body, model)))

    async def _models(self, request: Request) -> Response:
        return json_response({"modelSummaries": [{"modelId": name, "modelName": name} for name in self.bench.models]})

    async def _create(self, request: Request) -> Response:
        body = await self._read(request)
        source = body.get("inputDataConfig", {}).get("s3InputDataConfig", {}).get("s3Uri", "")
        target = body.get("outputDataConfig", {}).get("s3OutputDataConfig", {}).get("s3Uri", "")
        for name, pattern, value in (
            ("jobName", _NAME, body.get("jobName")), ("roleArn", _ROLE, body.get("roleArn")), ("s3Uri", _URI, source), ("s3Uri", _URI, target),
        ):  # fmt: skip
            if not isinstance(value, str) or not pattern.fullmatch(value):
                raise Problem(
                    "bad_request",
                    f"1 validation error detected: Value at '{name}' failed to satisfy constraint: Member must satisfy regular expression pattern: {pattern.pattern}",
                )
        if self.denied:
            raise Problem(
                "bad_request",
                f"User: arn:aws:iam::{ACCOUNT}:user/somebody is not authorized to perform: iam:PassRole on resource: {body['roleArn']}",
                param="AccessDeniedException",
            )
        model = str(body.get("modelId", ""))
        act = self.bench.brain.act(model, "sync", "batch")
        if act == "rejects":
            raise Problem("bad_request", f"The model {model} does not support batch inference.")
        token = body.get("clientRequestToken")
        known = next(
            (job for job in self.jobs.jobs.values() if token and job.request.get("clientRequestToken") == token), None
        )
        job = known or self.jobs.put(
            Job(
                f"{self.next_id():012d}",
                {**body, "source": source, "target": target, "act": act},
                self.bench.batch_polls,
                stuck=act == "ignores",
            )
        )
        return json_response({"jobArn": _JOB + job.id})

    async def _job(self, request: Request) -> Response:
        await self._read(request)
        job = self._found(request)
        if not (job.failure or job.done) and job.poll():
            self._run(job)
        return json_response(_shown(job))

    def _run(self, job: Job) -> None:
        """Writes the results beside the manifest, or says why there are none."""
        stored = self.object(job.request["source"])
        if stored is None:
            job.failure, job.output = (
                "Failed",
                "The provided S3 location of the input could not be found, or the role has no access to it.",
            )
            return
        records = [msgspec.json.decode(line) for line in stored.data.splitlines() if line.strip()]
        if len(records) < RECORDS:
            job.failure, job.output = (
                "Failed",
                f"Batch job {_JOB}{job.id} contains less records ({len(records)}) than the required minimum of: {RECORDS}",
            )
            return
        job.results = [self._result(one, job) for one in records]
        data = b"".join(msgspec.json.encode(one) + b"\n" for one in job.results)
        act, where = job.request["act"], f"{job.request['target'].rstrip('/')}/{job.id}"
        self.put(
            f"{where}/{stored.filename.rpartition('/')[2]}.out",
            data[: len(data) // 200] if act == "malformed" else data,
        )
        failed = sum("error" in one for one in job.results)
        counts = {
            "totalRecordCount": len(records),
            "processedRecordCount": len(records),
            "successRecordCount": len(records) - failed,
            "errorRecordCount": failed,
        }
        self.put(f"{where}/manifest.json.out", msgspec.json.encode(counts))

    def _result(self, record: Json, job: Job) -> Json:
        told = {
            "recordId": "another" if job.request["act"] == "wrong" else record.get("recordId", "0"),
            "modelInput": record["modelInput"],
        }
        try:
            return told | {"modelOutput": self._answered(record["modelInput"], job.request["modelId"])}
        except Problem as problem:
            return told | {"error": {"errorCode": 400, "errorMessage": str(problem)}}

    async def _stop(self, request: Request) -> Response:
        await self._read(request)
        job = self._found(request)
        if job.failure or job.done:
            raise Problem("bad_request", f"The job {_JOB}{job.id} cannot be stopped in its current state.")
        job.failure = "Stopped"
        return json_response({})

    async def _jobs(self, request: Request) -> Response:
        await self._read(request)
        part, most = request.query_params.get("nameContains", ""), int(request.query_params.get("maxResults", 100))
        found = [_shown(job) for job in self.jobs.jobs.values() if part in job.request["jobName"]]
        return json_response({"invocationJobSummaries": found[::-1][:most]})

    def _found(self, request: Request) -> Job:
        id = request.path_params["id"].rpartition("/")[2]
        if id not in self.jobs.jobs:
            raise Problem("not_found", f"Could not find the model invocation job {id}.")
        return self.jobs.get(id)


def _question(body: Json, model: str) -> Question:
    question = Question(model)
    for part in body.get("system") or ():
        question.say("system", part.get("text", ""))
    for message in body.get("messages") or ():
        for block in message["content"]:
            if "text" not in block:
                raise Problem("bad_request", "This model doesn't support the content block that was provided.")
            question.say(message["role"], block["text"])
    config: dict[str, Any] = body.get("inferenceConfig") or {}
    question.max_tokens = config.get("maxTokens")
    question.stop = tuple(config.get("stopSequences") or ())
    return question


def _rendered(answer: Answer) -> Json:
    usage = answer.usage
    told: Json = {
        "metrics": {"latencyMs": 1},
        "output": {"message": {"role": "assistant", "content": [{"text": answer.text}]}},
        "stopReason": _FINISH.get(answer.finish, answer.finish),
    }
    if usage:
        told["usage"] = {
            "inputTokens": usage.input,
            "outputTokens": usage.output,
            "totalTokens": usage.input + usage.output,
        }
    return told


def _shown(job: Job) -> Json:
    given = (
        "jobName",
        "modelId",
        "roleArn",
        "inputDataConfig",
        "outputDataConfig",
        "modelInvocationType",
        "clientRequestToken",
    )
    moment = datetime.fromtimestamp(job.created, UTC).isoformat().replace("+00:00", "Z")
    status = job.failure or ("Completed" if job.done else "InProgress")
    return (
        {"jobArn": _JOB + job.id, "status": status, "submitTime": moment, "lastModifiedTime": moment}
        | {name: job.request[name] for name in given if name in job.request}
        | ({"totalRecordCount": len(job.results)} if job.results else {})
        | ({"message": job.output} if job.output else {})
    )
