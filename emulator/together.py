"""Together's batches, beside its chat completions in OpenAI's form.

Sources: https://docs.together.ai/reference/upload-file, /batch-create, /docs/inference/batch/manage and /tutorial; the
types of the together package. A file goes up by another path and names itself in a field; what creates a batch tells
of it within `job`; states are in capitals; a batch has no metadata; lists of batches are plain.
"""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .openai_common import need, status_of
from .store import Job, Stored
from .wire import Json, json_response, read_form, read_json
from .wires.openai_chat import OpenAIChat

_PURPOSES = ("fine-tune", "eval", "eval-sample", "eval-output", "eval-summary", "batch-generated", "batch-api")


class TogetherChat(OpenAIChat):
    """POST /v1/chat/completions as OpenAI has it; files and batches as Together has them."""

    def common_routes(self) -> list[Route]:
        ours = [
            Route("/v1/files/upload", self._take, methods=["POST"]),
            Route("/v1/files", self._all_files),
            Route("/v1/batches", self._submit, methods=["POST"]),
            Route("/v1/batches", self._all_jobs),
            Route("/v1/batches/{id}", self._look),
            Route("/v1/batches/{id}/cancel", self._look, methods=["POST"]),
        ]
        theirs = [r for r in super().common_routes() if r.path not in {"/v1/files", *(one.path for one in ours)}]
        return ours + theirs

    async def _take(self, request: Request) -> Response:
        form = await read_form(request)
        purpose = need(next((one for one in _PURPOSES if one == form.fields.get("purpose")), None), "purpose")
        name, sent = need(form.fields.get("file_name"), "file_name"), need(form.files.get("file"), "file")
        stored = Stored(f"file-{self.next_id():08d}-0000", name, sent.mime, sent.data, purpose)
        return json_response(_file(self.shelf.put(stored)))

    async def _all_files(self, _: Request) -> Response:
        return json_response({"data": [_file(stored) for stored in self.shelf.files.values()]})

    async def _submit(self, request: Request) -> Response:
        body = await read_json(request)
        return json_response({"job": self._told(self.created(body), "VALIDATING"), "warning": None})

    async def _all_jobs(self, _: Request) -> Response:
        return json_response([self._told(job, status_of(job).upper()) for job in self.jobs.jobs.values()])

    async def _look(self, request: Request) -> Response:
        job = self.looked_at(request)
        return json_response(self._told(job, status_of(job).upper()))

    def _told(self, job: Job, status: str) -> Json:
        made = datetime.fromtimestamp(job.created, UTC).isoformat()
        sent = self.shelf.files.get(job.request["input_file_id"])
        return {
            "id": job.id,
            "user_id": "emulated",
            "input_file_id": job.request["input_file_id"],
            "file_size_bytes": len(sent.data) if sent else 0,
            "status": status,
            "job_deadline": made,
            "created_at": made,
            "endpoint": job.request["endpoint"],
            "progress": 100.0 if status == "COMPLETED" else 0.0,
            "output_file_id": job.output or None,
            "error": job.failure if status == "FAILED" else None,
            "completed_at": made if status == "COMPLETED" else None,
        }


def _file(stored: Stored) -> Json:
    return {
        "id": stored.id,
        "object": "file",
        "created_at": stored.created,
        "filename": stored.filename,
        "bytes": len(stored.data),
        "purpose": stored.purpose,
        "Processed": True,
        "FileType": "jsonl",
        "LineCount": stored.data.count(b"\n"),
    }
