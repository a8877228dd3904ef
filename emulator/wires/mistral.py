"""Mistral's La Plateforme: chat completions, and beside them conversations, files, batches and models.

Sources: https://docs.mistral.ai/api/endpoint/chat and those of the modules that it is made of: mistral_errors, mistral_reading,
mistral_form, mistral_conversations, mistral_files.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .. import mistral_form
from ..mistral_conversations import MistralConversations
from ..mistral_files import limit_headers
from ..mistral_reading import body_of
from ..problem import Problem
from ..question import Answer, Question
from ..wire import Json, json_response, stream_response


class Mistral(MistralConversations):
    """POST /v1/chat/completions and its neighbours."""

    def routes(self) -> list[Route]:
        return [
            Route("/v1/chat/completions", self._chat, methods=["POST"]),
            *self.conversation_routes(),
            *self.common_routes(),
        ]

    def complete(self, endpoint: str, body: Json) -> Json:
        if endpoint.endswith("conversations"):
            return self.begin(body)
        _, answer = self._answered(body)
        return mistral_form.whole(answer, self._id(), body["messages"])

    def _answered(self, body: Json) -> tuple[Question, Answer]:
        question = self.reader.chat(body)
        try:
            return question, self.bench.brain.answer(question)
        except Problem as problem:
            # The API names the field that asked for reasoning.
            problem.param = problem.param or ("prompt_mode" if body.get("prompt_mode") else "")
            raise

    async def _chat(self, request: Request) -> Response:
        body = await body_of(request)
        question, answer = self._answered(body)
        headers = limit_headers(answer)
        if question.stream and self.bench.brain.act(question.model, question.mode, "stream") == "works":
            return stream_response(
                mistral_form.events(answer, self._id(), body["messages"]), self.bench.chunk_delay, headers=headers
            )
        return json_response(mistral_form.whole(answer, self._id(), body["messages"]), headers=headers)

    def _id(self) -> str:
        return f"{self.next_id():032x}"
