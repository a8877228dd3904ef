"""What surrounds Mistral's models: errors, limits, the list of models, files, batches.

Sources: https://docs.mistral.ai/api/endpoint/files, /api/endpoint/batch, /api/endpoint/models, /capabilities/batch; the types of the
mistralai package; github.com/mistralai/client-ts/issues/169 (headers), /issues/95 (files that are no JSON lines).
"""

import mimetypes
from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any, ClassVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .mistral_errors import Invalid, detail, forbid, need, one_of, response
from .mistral_fields import JOB
from .mistral_reading import Reader, body_of
from .problem import Problem
from .question import Answer
from .store import Job, Stored
from .wire import Json, Wire, json_response, read_form

_CREATED = 1_735_689_600
_SAMPLES = {"batch": "batch_request", "fine-tune": "instruct", "ocr": "ocr_input"}
_ENDPOINTS = ("/v1/chat/completions", "/v1/conversations")


@dataclass
class MistralFiles(Wire):
    """The parts of the API around the answers."""

    base: ClassVar[str] = "/v1"
    # The answered and the failed lines of each batch.
    lines: dict[str, tuple[list[bytes], list[bytes]]] = field(default_factory=dict)

    @abstractmethod
    def complete(self, endpoint: str, body: Json) -> Json:
        """The plain answer of an endpoint."""

    @property
    def reader(self) -> Reader:
        return Reader(self.shelf, f"{self.url}/signed/")

    def problem(self, problem: Problem) -> Response:
        return response(problem, self.uuid())

    def needs_key(self, request: Request) -> bool:
        return not request.url.path.startswith("/v1/signed/")

    def uuid(self) -> str:
        return f"00000000-0000-4000-8000-{self.next_id():012x}"

    def common_routes(self) -> list[Route]:
        return [
            Route("/v1/models", self._models),
            Route("/v1/models/{id:path}", self._model),
            Route("/v1/files", self._upload, methods=["POST"]),
            Route("/v1/files", self._files),
            Route("/v1/files/{id}", self._file, methods=["GET", "DELETE"]),
            Route("/v1/files/{id}/content", self._content),
            Route("/v1/files/{id}/url", self._sign),
            Route("/v1/signed/{id}", self._content),
            Route("/v1/batch/jobs", self._create_job, methods=["POST"]),
            Route("/v1/batch/jobs", self._jobs),
            Route("/v1/batch/jobs/{id}", self._job, methods=["GET", "DELETE"]),
            Route("/v1/batch/jobs/{id}/cancel", self._cancel, methods=["POST"]),
        ]

    async def _models(self, _: Request) -> Response:
        return json_response({"object": "list", "data": [_card(name) for name in self.bench.models]})

    async def _model(self, request: Request) -> Response:
        name = request.path_params["id"]
        if name not in self.bench.models:
            raise Problem("not_found", f"Model {name} not found")
        return json_response(_card(name))

    async def _upload(self, request: Request) -> Response:
        form = await read_form(request)
        sent, purpose = form.files.get("file"), form.fields.get("purpose", "fine-tune")
        if sent is None:
            raise Invalid(detail("missing", ("body", "file"), "Field required", None))
        one_of(purpose, ("fine-tune", "batch", "ocr", "audio"), ("body", "purpose"))
        act = self.bench.brain.act("", "sync", "file")
        if act == "rejects":
            raise Problem("rejected", capability="file")
        if purpose in ("fine-tune", "batch") and (wrong := _wrong_lines(sent.data)):
            told = f"Found {len(wrong)} errors in this file. You can view supported formats here: https://docs.mistral.ai/capabilities/finetuning. "
            return json_response({"detail": "Invalid file format.", "description": told, "errors": wrong}, 422)
        mime = sent.mime if "octet-stream" not in sent.mime else mimetypes.guess_type(sent.filename)[0] or sent.mime
        stored = Stored(self.uuid(), sent.filename, mime, b"other bytes" if act == "wrong" else sent.data, purpose)
        if act != "ignores":
            self.shelf.put(stored)
        shown = _shown(stored)
        if act == "malformed":
            del shown["id"]
        return json_response(shown)

    async def _files(self, _: Request) -> Response:
        data = [_shown(stored) for stored in reversed(self.shelf.files.values())]
        return json_response({"object": "list", "data": data, "total": len(data)})

    async def _file(self, request: Request) -> Response:
        stored = self._stored(request.path_params["id"])
        if request.method == "DELETE":
            self.shelf.drop(stored.id)
            return json_response({"id": stored.id, "object": "file", "deleted": True})
        return json_response(_shown(stored) | {"deleted": False})

    async def _content(self, request: Request) -> Response:
        return Response(self._stored(request.path_params["id"]).data, media_type="application/octet-stream")

    async def _sign(self, request: Request) -> Response:
        """An address that opens without a key; it is also what a document or sound is given by in a chat."""
        stored = self._stored(request.path_params["id"])
        return json_response(
            {
                "url": f"{self.url}/signed/{stored.id}?expiry={request.query_params.get('expiry', '24')}&signature=emulated"
            }
        )

    def _stored(self, id: str) -> Stored:
        if id not in self.shelf.files:
            raise Problem("not_found", f"File {id} not found")
        return self.shelf.get(id)

    async def _create_job(self, request: Request) -> Response:
        body = await body_of(request)
        forbid(body, JOB, ("body",))
        endpoint = one_of(need(body, "endpoint", ("body",)), _ENDPOINTS, ("body", "endpoint"))
        asked = list(body.get("requests") or ())
        if not asked and not body.get("input_files"):
            raise Problem("bad_request", "Either input_files or requests must be provided")
        for id in body.get("input_files") or ():
            asked.extend(msgspec.json.decode(line) for line in self._stored(id).data.splitlines() if line.strip())
        model = body.get("model") or (asked[0]["body"].get("model", "") if asked else "")
        act = self.bench.brain.act(model, "sync", "batch")
        if act == "rejects":
            raise Problem("rejected", capability="batch", model=model)
        job = self.jobs.put(Job(self.uuid(), body | {"model": model}, self.bench.batch_polls, stuck=act == "ignores"))
        self.lines[job.id] = self._work(job, endpoint, asked, act)
        return json_response(self._shown_job(job, "QUEUED"))

    def _work(self, job: Job, endpoint: str, asked: list[Json], act: str) -> tuple[list[bytes], list[bytes]]:
        """Answers each line. Failed ones go to a file of their own, with their body as text."""
        done: list[bytes] = []
        failed: list[bytes] = []
        for at, one in enumerate(asked):
            answer: Any
            try:
                status, answer, kept = 200, self.complete(endpoint, {"model": job.request["model"]} | one["body"]), done
            except Problem as problem:
                error = self.problem(problem)
                status, answer, kept = error.status_code, bytes(error.body).decode(), failed
            row = {
                "id": f"batch-{job.id}-{at}",
                "custom_id": one.get("custom_id") if act != "wrong" else "another",
                "response": {"status_code": status, "body": answer},
                "error": None,
            }
            text = msgspec.json.encode(row)
            kept.append(text[: len(text) // 2] if act == "malformed" else text)
        return done, failed

    async def _jobs(self, _: Request) -> Response:
        data = [self._shown_job(job, self._state(job)) for job in self.jobs.jobs.values()]
        return json_response({"object": "list", "data": data, "total": len(data)})

    async def _job(self, request: Request) -> Response:
        job = self._known_job(request)
        if request.method == "DELETE":
            del self.jobs.jobs[job.id]
            return json_response({"id": job.id, "object": "batch", "deleted": True})
        job.poll()
        shown = self._shown_job(job, self._state(job))
        if request.query_params.get("inline") == "true" and shown["status"] == "SUCCESS":
            shown["outputs"] = [msgspec.json.decode(line) for line in self.lines[job.id][0]]
        return json_response(shown)

    async def _cancel(self, request: Request) -> Response:
        job = self._known_job(request)
        if self._state(job) in ("QUEUED", "RUNNING"):
            job.failure = "CANCELLED"
            return json_response(self._shown_job(job, "CANCELLATION_REQUESTED"))
        return json_response(self._shown_job(job, self._state(job)))

    def _known_job(self, request: Request) -> Job:
        id = request.path_params["id"]
        if id not in self.jobs.jobs:
            raise Problem("not_found", f"Batch job {id} not found")
        return self.jobs.get(id)

    def _state(self, job: Job) -> str:
        return job.failure or ("SUCCESS" if job.done else "RUNNING")

    def _shown_job(self, job: Job, status: str) -> Json:
        done, failed = self.lines[job.id]
        over = status == "SUCCESS"
        if over and not job.output:
            kept = [self._keep(rows, name) for rows, name in ((done, "batch_result"), (failed, "batch_error"))]
            job.output, job.results = kept[0] or "none", [kept[1]]
        return {
            "id": job.id,
            "object": "batch",
            "input_files": job.request.get("input_files") or [],
            "metadata": job.request.get("metadata"),
            "endpoint": job.request["endpoint"],
            "model": job.request["model"],
            "agent_id": None,
            "output_file": job.output if over and done else None,
            "error_file": job.results[0] if over and failed else None,
            "errors": [],
            "status": status,
            "created_at": job.created,
            "started_at": None if status == "QUEUED" else job.created,
            "completed_at": job.created + 1 if over else None,
            "total_requests": len(done) + len(failed),
            "completed_requests": len(done) + len(failed) if over else 0,
            "succeeded_requests": len(done) if over else 0,
            "failed_requests": len(failed) if over else 0,
        }

    def _keep(self, rows: list[bytes], kind: str) -> str:
        """The rows as a file; none, where there are none."""
        if not rows:
            return ""
        return self.shelf.put(
            Stored(self.uuid(), f"{kind}.jsonl", "application/jsonl", b"\n".join(rows) + b"\n", "batch")
        ).id


def limit_headers(answer: Answer) -> dict[str, str]:
    """Per minute and without a reset, beside what this question has cost."""
    limits = answer.limits
    if limits is None:
        return {}
    return {
        "x-ratelimit-limit-req-minute": limits.requests,
        "x-ratelimit-remaining-req-minute": limits.requests_left,
        "x-ratelimit-limit-tokens-minute": limits.tokens,
        "x-ratelimit-remaining-tokens-minute": limits.tokens_left,
        "x-ratelimit-tokens-query-cost": str(answer.usage.input + answer.usage.output) if answer.usage else "1",
    }


def _wrong_lines(data: bytes) -> list[Json]:
    wrong: list[Json] = []
    for at, line in enumerate(data.splitlines(), 1):
        try:
            msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            wrong.append(
                {"message": "line contains invalid json: unexpected character: line 1 column 1", "line_number": at}
            )
    return wrong


def _card(name: str) -> dict[str, Any]:
    able = dict.fromkeys(("completion_chat", "function_calling", "reasoning", "vision", "audio"), True)
    unable = dict.fromkeys(
        ("completion_fim", "fine_tuning", "ocr", "classification", "moderation", "audio_transcription"), False
    )
    return {
        "id": name,
        "object": "model",
        "created": _CREATED,
        "owned_by": "mistralai",
        "capabilities": able | unable,
        "name": name,
        "description": "An emulated model",
        "max_context_length": 131072,
        "aliases": [],
        "deprecation": None,
        "deprecation_replacement_model": None,
        "default_model_temperature": 0.3,
        "type": "base",
    }


def _shown(stored: Stored) -> Json:
    sample = (
        stored.filename.removesuffix(".jsonl")
        if stored.filename.startswith("batch_")
        else _SAMPLES.get(stored.purpose, "instruct")
    )
    return {
        "id": stored.id,
        "object": "file",
        "bytes": len(stored.data),
        "created_at": stored.created,
        "filename": stored.filename,
        "purpose": stored.purpose,
        "sample_type": sample,
        "num_lines": stored.data.count(b"\n") or None,
        "mimetype": stored.mime,
        "source": "upload",
        "signature": None,
        "expires_at": None,
        "visibility": "workspace",
    }
