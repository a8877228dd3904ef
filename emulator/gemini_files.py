"""The Files API and the Batch API of Gemini.

Sources: https://ai.google.dev/api/files, /api/batch-api, https://ai.google.dev/gemini-api/docs/files, /docs/batch-api;
https://cloud.google.com/storage/docs/performing-resumable-uploads and the google-genai package for the headers of an upload.
"""

import base64
from abc import abstractmethod
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from hashlib import sha256
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .gemini_common import GoogleWire, page, told
from .gemini_proto import parse
from .problem import Problem
from .store import Job, Stored
from .switchboard import Act
from .wire import Json, read_json

_BATCH = "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch"
_UPLOAD = "/upload/v1beta/files"
_GENERATED = "GENERATED"
_GRANULARITY = "262144"


@dataclass(slots=True)
class Upload:
    """A resumable upload that has begun."""

    file: Json
    mime: str
    data: bytearray = field(default_factory=bytearray)


@dataclass
class GoogleFilesWire(GoogleWire):
    """Uploads, files and batches."""

    uploads: dict[str, Upload] = field(default_factory=dict)

    @abstractmethod
    def ask(self, body: Json, model: str) -> Json:
        """The answer to a request that stands in a batch."""

    def needs_key(self, request: Request) -> bool:
        """The address of a begun upload is a key in itself."""
        return "upload_id" not in request.query_params

    def file_routes(self) -> list[Route]:
        return [
            Route(_UPLOAD, self._upload, methods=["POST"]),
            Route("/v1beta/files", self._files),
            Route("/v1beta/files/{id}:download", self._download),
            Route("/download/v1beta/files/{id}:download", self._download),
            Route("/v1beta/files/{id}", self._file, methods=["GET", "DELETE"]),
            Route("/v1beta/models/{model}:batchGenerateContent", self._create_batch, methods=["POST"]),
            Route("/v1beta/batches", self._batches),
            Route("/v1beta/batches/{id}:cancel", self._cancel, methods=["POST"]),
            Route("/v1beta/batches/{id}", self._batch, methods=["GET", "DELETE"]),
        ]

    def stored(self, id: str) -> Stored:
        """A file of one's own; anybody else's is not told from none."""
        if id not in self.shelf.files:
            told = f"You do not have permission to access the File {id} or it may not exist."
            raise Problem("bad_request", told, param="PERMISSION_DENIED")
        return self.shelf.get(id)

    async def _upload(self, request: Request) -> Response:
        if id := request.query_params.get("upload_id"):
            return await self._continue(request, id)
        act = self.bench.brain.act("", "sync", "file")
        if act == "rejects":
            raise Problem("rejected", capability="file")
        content_type = request.headers.get("content-type", "")
        protocol = request.headers.get("x-goog-upload-protocol") or request.query_params.get("uploadType")
        if protocol == "multipart" or content_type.startswith("multipart/"):
            file, mime, data = _related(content_type, await request.body())
            return told({"file": self._keep(file, mime, data)})
        if protocol != "resumable" or request.headers.get("x-goog-upload-command") != "start":
            raise Problem("bad_request", "Invalid upload protocol or command.")
        body = await request.body()
        file = parse(msgspec.json.decode(body) if body.strip() else {}, "CreateFileRequest").get("file", {})
        id = f"upload{self.next_id():012d}"
        self.uploads[id] = Upload(file, request.headers.get("x-goog-upload-header-content-type", ""))
        address = f"{self.bench.origin}/{self.name}{_UPLOAD}?upload_id={id}&upload_protocol=resumable"
        headers = {
            "x-goog-upload-url": address,
            "x-goog-upload-control-url": address,
            "x-goog-upload-status": "active",
            "x-goog-upload-chunk-granularity": _GRANULARITY,
        }
        return Response(b"", 200, headers, "text/plain; charset=utf-8")

    async def _continue(self, request: Request, id: str) -> Response:
        upload = self.uploads.get(id)
        if upload is None:
            raise Problem("not_found", "Upload not found.")
        commands = {one.strip() for one in request.headers.get("x-goog-upload-command", "").split(",")}
        if "upload" in commands:
            if request.headers.get("x-goog-upload-offset", "0") != str(len(upload.data)):
                raise Problem("bad_request", "Upload offset does not match the bytes that were received.")
            upload.data += await request.body()
        if "finalize" not in commands:
            received = {"x-goog-upload-status": "active", "x-goog-upload-size-received": str(len(upload.data))}
            return Response(b"", 200, received)
        del self.uploads[id]
        response = told({"file": self._keep(upload.file, upload.mime, bytes(upload.data))})
        response.headers["x-goog-upload-status"] = "final"
        return response

    def _keep(self, file: Json, mime: str, data: bytes) -> Json:
        act = self.bench.brain.act("", "sync", "file")
        id = str(file.get("name", "")).removeprefix("files/") or f"emulated{self.next_id():04d}"
        if id in self.shelf.files:
            raise Problem("bad_request", f"The File {id} already exists.", param="ALREADY_EXISTS")
        data = b"other bytes" if act == "wrong" else data
        # A file that is ignored is never made ready.
        state = "PROCESSING" if act == "ignores" else "ACTIVE"
        stored = Stored(
            id, file.get("displayName", ""), file.get("mimeType") or mime or "application/octet-stream", data, state
        )
        shown = self._shown_file(self.shelf.put(stored))
        if act == "malformed":
            del shown["name"], shown["uri"]
        return shown

    async def _files(self, request: Request) -> Response:
        return told(page(request, "files", [self._shown_file(one) for one in self.shelf.files.values()], 10))

    async def _file(self, request: Request) -> Response:
        stored = self.stored(request.path_params["id"])
        if request.method == "DELETE":
            self.shelf.drop(stored.id)
            return told({})
        return told(self._shown_file(stored))

    async def _download(self, request: Request) -> Response:
        stored = self.stored(request.path_params["id"])
        if stored.purpose != _GENERATED:
            raise Problem("bad_request", f"The file {stored.id} cannot be downloaded: only generated files can be.")
        return Response(stored.data, media_type=stored.mime)

    def _shown_file(self, stored: Stored) -> Json:
        generated = stored.purpose == _GENERATED
        digest = base64.b64encode(sha256(stored.data).hexdigest().encode()).decode()
        address = f"{self.url}/files/{stored.id}"
        return (
            {"name": f"files/{stored.id}"}
            | ({"displayName": stored.filename} if stored.filename else {})
            | {
                "mimeType": stored.mime,
                "sizeBytes": str(len(stored.data)),
                "createTime": _moment(stored.created),
                "updateTime": _moment(stored.created),
                "expirationTime": _moment(stored.created + 48 * 3600),
                "sha256Hash": digest,
                "uri": address,
                "state": "ACTIVE" if generated else stored.purpose,
                "source": _GENERATED if generated else "UPLOADED",
            }
            | ({"downloadUri": f"{address}:download?alt=media"} if generated else {})
        )

    async def _create_batch(self, request: Request) -> Response:
        model = request.path_params["model"]
        batch = parse(await read_json(request), "BatchGenerateContentRequest").get("batch", {})
        act = self.bench.brain.act(model, "sync", "batch")
        if act == "rejects":
            raise Problem("rejected", capability="batch", model=model)
        config = batch.get("inputConfig", {})
        rows = config.get("requests", {}).get("requests", [])
        job = Job(
            f"emulated{self.next_id():04d}", batch | {"model": model}, self.bench.batch_polls, stuck=act == "ignores"
        )
        if name := config.get("fileName"):
            lines = self.stored(name.removeprefix("files/")).data.splitlines()
            job.results = [self._line(msgspec.json.decode(line), model, act) for line in lines if line.strip()]
        elif rows:
            job.results = [self._row(row["request"], row.get("metadata"), model, act) for row in rows]
        else:
            raise Problem(
                "bad_request", "* BatchGenerateContentRequest.batch.input_config: input_config is not specified\n"
            )
        return told(self._shown_batch(self.jobs.put(job), "PENDING"))

    def _row(self, asked: Json, metadata: Any, model: str, act: Act) -> Json:
        """A result in its place; a malformed one is neither an answer nor an error."""
        if metadata is not None and act == "wrong":
            metadata = {"key": "another"}
        result = self._result(asked, model) if act != "malformed" else {"response": "unavailable"}
        return result | ({"metadata": metadata} if metadata is not None else {})

    def _line(self, line: Json, model: str, act: Act) -> bytes:
        try:
            result = self._result(parse(line, "BatchLine").get("request", {}), model)
        except Problem as problem:
            result = self.status(problem)
        text = msgspec.json.encode(result | {"key": "another" if act == "wrong" else line.get("key")})
        return (text[: len(text) // 2] if act == "malformed" else text) + b"\n"

    def _result(self, asked: Json, model: str) -> Json:
        try:
            return {"response": self.ask(asked, model)}
        except Problem as problem:
            error = self.status(problem)["error"]
            return {"error": {"code": error["code"], "message": error["message"]}}

    async def _batches(self, request: Request) -> Response:
        return told(page(request, "operations", [self._shown_batch(job) for job in self.jobs.jobs.values()], 50))

    async def _batch(self, request: Request) -> Response:
        job = self._job(request)
        if request.method == "DELETE":
            del self.jobs.jobs[job.id]
            return told({})
        job.poll()
        return told(self._shown_batch(job))

    async def _cancel(self, request: Request) -> Response:
        job = self._job(request)
        if not job.done:
            job.failure = "CANCELLED"
        return told({})

    def _job(self, request: Request) -> Job:
        id = request.path_params["id"]
        if id not in self.jobs.jobs:
            raise Problem("not_found", "Requested entity was not found.")
        return self.jobs.get(id)

    def _shown_batch(self, job: Job, state: str = "RUNNING") -> Json:
        state = job.failure or ("SUCCEEDED" if job.done else state)
        failed = sum((b'{"error"' if isinstance(one, bytes) else "error") in one for one in job.results)
        counts = {"requestCount": len(job.results)}
        if state == "SUCCEEDED":
            counts |= {"successfulRequestCount": len(job.results) - failed, "failedRequestCount": failed}
        else:
            counts["pendingRequestCount"] = len(job.results)
        metadata: Json = {
            "@type": _BATCH,
            "name": f"batches/{job.id}",
            "model": f"models/{job.request['model']}",
            "displayName": job.request.get("displayName", ""),
            "createTime": _moment(job.created),
            "updateTime": _moment(job.created),
            "batchStats": {name: str(count) for name, count in counts.items() if count},
            "state": f"BATCH_STATE_{state}",
        }
        operation: Json = {"name": f"batches/{job.id}", "metadata": metadata}
        if state == "SUCCEEDED":
            metadata |= {"endTime": _moment(job.created + 1), "output": self._output(job)}
            operation |= {"done": True, "response": {"@type": f"{_BATCH}Output"} | metadata["output"]}
        elif state == "CANCELLED":
            metadata["endTime"] = _moment(job.created + 1)
            operation |= {"done": True, "error": {"code": 1, "message": "The operation was cancelled."}}
        return operation

    def _output(self, job: Job) -> Json:
        """The results themselves, or the file that they are in, as they came."""
        if not isinstance(job.results[0], bytes):
            return {"inlinedResponses": {"inlinedResponses": job.results}}
        stored = Stored(f"batch-{job.id}", f"batch-{job.id}", "application/jsonl", b"".join(job.results), _GENERATED)
        self.shelf.files.setdefault(stored.id, stored)
        return {"responsesFile": f"files/{stored.id}"}


def _related(content_type: str, body: bytes) -> tuple[Json, str, bytes]:
    """The two parts of a simple upload: what the file is, as JSON, and the file."""
    message = BytesParser(policy=HTTP).parsebytes(f"content-type: {content_type}\r\n\r\n".encode() + body)
    parts = (
        [(part.get_content_type(), part.get_payload(decode=True)) for part in message.iter_parts()]
        if message.is_multipart()
        else []
    )
    if len(parts) != 2:
        raise Problem("bad_request", f"Multipart body must have 2 parts, but it has {len(parts)}.")
    (_, head), (mime, data) = parts
    if not isinstance(head, bytes) or not isinstance(data, bytes):
        raise Problem("bad_request", "Request contains an invalid argument.")
    return parse(msgspec.json.decode(head or b"{}"), "CreateFileRequest").get("file", {}), mime, data


def _moment(seconds: float) -> str:
    """RFC 3339."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
