"""Cohere's datasets and the batches over them.

Sources: https://docs.cohere.com/reference/create-dataset, /reference/get-dataset, /reference/list-datasets, /reference/create-batch,
/reference/get-batch, /reference/cancel-batch, /docs/datasets; the types of the cohere package.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .cohere_common import CohereWire
from .cohere_rows import INPUT, OUTPUT, chat_of, packed, rows_of
from .problem import Problem
from .store import Job, Stored
from .wire import Json, json_response, read_form, read_json

_TYPES = ("embed-input", "batch-chat-input", "batch-openai-chat-input", "batch-embed-v2-input", "batch-chat-v2-input")
_CHAT_TYPE = "batch-chat-v2-input"
_SAMPLE_ROWS = 5


@dataclass(slots=True)
class Dataset(Stored):
    """A dataset: `data` is what was sent, `rows` what it holds, `packed` the file to fetch."""

    status: str = "validated"
    error: str = ""
    rows: list[Json] = field(default_factory=list)
    packed: bytes = b""


class CohereJobs(CohereWire):
    """Datasets and batches."""

    def needs_key(self, request: Request) -> bool:
        """The files of datasets stand behind signed addresses."""
        return not request.url.path.startswith("/storage/")

    def job_routes(self) -> list[Route]:
        return [
            Route("/v1/datasets", self._create_dataset, methods=["POST"]),
            Route("/v1/datasets", self._datasets),
            Route("/v1/datasets/usage", self._usage),
            Route("/v1/datasets/{id}", self._dataset, methods=["GET", "DELETE"]),
            Route("/storage/{id}", self._storage),
            Route("/v2/batches", self._create_batch, methods=["POST"]),
            Route("/v2/batches", self._batches),
            Route("/v2/batches/{id}:cancel", self._cancel, methods=["POST"]),
            Route("/v2/batches/{id}", self._batch),
        ]

    async def _create_dataset(self, request: Request) -> Response:
        query, sent = request.query_params, (await read_form(request)).files.get("data")
        for param in ("name", "type"):
            if not query.get(param):
                raise Problem("bad_request", f"invalid request: required '{param}' param is missing or empty.")
        kind = query["type"]
        if kind not in _TYPES:
            raise Problem("bad_request", f"invalid request: dataset type '{kind}' is not supported")
        if sent is None:
            raise Problem("bad_request", "invalid request: required 'data' param is missing or empty.")
        act = self.bench.brain.act("", "sync", "file")
        if act == "rejects":
            raise Problem("rejected", capability="file", param=kind)
        data = b'{"custom_id": "other", "body": {}}\n' if act == "wrong" else sent.data
        dataset = Dataset(f"{query['name']}-{self.next_id():06x}", query["name"], sent.mime, data, kind)
        dataset.rows, dataset.error = rows_of(data, kind)
        dataset.status = "processing" if act == "ignores" else "failed" if dataset.error else "validated"
        dataset.packed = packed(INPUT, [{"custom_id": row.get("custom_id", ""), "body": msgspec.json.encode(row.get("body")).decode()}
                                        for row in dataset.rows])  # fmt: skip
        self.shelf.put(dataset)
        return json_response({} if act == "malformed" else {"id": dataset.id})

    async def _datasets(self, request: Request) -> Response:
        kind, status = request.query_params.get("datasetType"), request.query_params.get("validationStatus")
        kept = [one for one in self._all() if kind in (None, one.purpose) and status in (None, one.status)]
        at, size = (
            int(float(request.query_params.get("offset") or 0)),
            int(float(request.query_params.get("limit") or 100)),
        )
        return json_response({"datasets": [self._shown_dataset(one) for one in kept[at : at + size]]})

    async def _usage(self, _: Request) -> Response:
        return json_response({"organization_usage": sum(len(one.data) for one in self._all())})

    async def _dataset(self, request: Request) -> Response:
        dataset = self._found(request.path_params["id"])
        if request.method == "DELETE":
            self.shelf.drop(dataset.id)
            return json_response({})
        return json_response({"dataset": self._shown_dataset(dataset)})

    async def _storage(self, request: Request) -> Response:
        dataset = self._found(request.path_params["id"].removesuffix(".avro"))
        return Response(dataset.packed, media_type="application/octet-stream")

    def _all(self) -> list[Dataset]:
        return [cast("Dataset", one) for one in self.shelf.files.values()]

    def _found(self, id: str) -> Dataset:
        if id not in self.shelf.files:
            raise Problem("not_found", f"dataset with id {id} not found")
        return cast("Dataset", self.shelf.get(id))

    def _shown_dataset(self, dataset: Dataset) -> Json:
        shown: Json = {
            "id": dataset.id,
            "name": dataset.filename,
            "created_at": moment(dataset.created),
            "updated_at": moment(dataset.created),
            "dataset_type": dataset.purpose,
            "validation_status": dataset.status,
            "required_fields": ["custom_id", "body"],
            "preserve_fields": [],
        }
        if dataset.error:
            return shown | {"validation_error": dataset.error}
        if dataset.status != "validated":
            return shown
        part = {
            "id": f"{dataset.id}-0",
            "name": f"{dataset.filename}-0.avro",
            "url": f"{self.url}/storage/{dataset.id}.avro?X-Goog-Signature=0",
            "index": 0,
            "size_bytes": len(dataset.packed),
            "num_rows": len(dataset.rows),
            "samples": [msgspec.json.encode(row).decode() for row in dataset.rows[:_SAMPLE_ROWS]],
        }
        return shown | {"dataset_parts": [part]}

    async def _create_batch(self, request: Request) -> Response:
        body = await read_json(request)
        for param in ("name", "input_dataset_id", "model"):
            if not body.get(param):
                raise Problem("bad_request", f"invalid request: required '{param}' param is missing or empty.")
        dataset = self._found(body["input_dataset_id"])
        act = self.bench.brain.act(body["model"], "sync", "batch")
        if act == "rejects":
            raise Problem("rejected", capability="batch", model=body["model"])
        if dataset.status != "validated" or dataset.purpose != _CHAT_TYPE:
            raise Problem(
                "bad_request", f"invalid request: dataset {dataset.id} is not a validated dataset of type {_CHAT_TYPE}"
            )
        job = Job(self.next_uuid(), body, self.bench.batch_polls, stuck=act == "ignores")
        job.results = [self._row(row, body["model"], act) for row in dataset.rows]
        job.output = f"{body['name']}-output-{self.next_id():06x}"
        data = packed(OUTPUT, job.results)
        # It is on the shelf when the batch is done.
        job.request["output"] = Dataset(job.output, job.output, "", b"", "batch-chat-v2-output", rows=job.results,
                                        packed=data[: len(data) // 2] if act == "malformed" else data)  # fmt: skip
        self.jobs.put(job)
        return json_response({"batch": self._shown_batch(job, "QUEUED")})

    def _row(self, row: Json, model: str, act: str) -> Json:
        id = "another" if act == "wrong" else row["custom_id"]
        try:
            body = chat_of(row["body"]) | {"model": model}
            question = self.question(body)
            return {
                "custom_id": id,
                "body": self.render(body, question, self.bench.brain.answer(question)),
                "error": "",
            }
        except Problem as problem:
            return {"custom_id": id, "body": None, "error": self.worded(problem)[1]}

    async def _batches(self, _: Request) -> Response:
        return json_response(
            {"batches": [self._shown_batch(job, self._status(job)) for job in self.jobs.jobs.values()]}
        )

    async def _batch(self, request: Request) -> Response:
        job = self._job(request)
        canceling = job.failure == "CANCELING"
        if job.poll():
            if canceling:
                job.failure = "CANCELED"
            elif not job.failure:
                self.shelf.put(job.request["output"])
        return json_response({"batch": self._shown_batch(job, self._status(job))})

    async def _cancel(self, request: Request) -> Response:
        job = self._job(request)
        if not job.done:
            job.failure, job.polls_left, job.stuck = "CANCELING", 0, False
        return json_response({})

    def _job(self, request: Request) -> Job:
        id = request.path_params["id"]
        if id not in self.jobs.jobs:
            raise Problem("not_found", f"batch with id {id} not found")
        return self.jobs.get(id)

    def _status(self, job: Job) -> str:
        return job.failure or ("COMPLETED" if job.done else "IN_PROGRESS")

    def _shown_batch(self, job: Job, status: str) -> Json:
        done = job.results if status == "COMPLETED" else []
        usages = [row["body"].get("usage", {}).get("billed_units", {}) for row in done if row["body"]]
        return {
            "id": job.id,
            "name": job.request["name"],
            "creator_id": str(UUID(int=1, version=4)),
            "org_id": str(UUID(int=2, version=4)),
            "status": f"BATCH_STATUS_{status}",
            "created_at": moment(job.created),
            "updated_at": moment(time.time()),
            "input_dataset_id": job.request["input_dataset_id"],
            "output_dataset_id": "" if status == "QUEUED" else job.output,
            "input_tokens": str(sum(usage.get("input_tokens", 0) for usage in usages)),
            "output_tokens": str(sum(usage.get("output_tokens", 0) for usage in usages)),
            "model": job.request["model"],
            "num_records": len(job.results),
            "num_successful_records": sum(1 for row in done if row["body"]),
            "num_failed_records": sum(1 for row in done if not row["body"]),
        }


def moment(seconds: float) -> str:
    """RFC 3339."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
