"""Replies alone: whose they are, and what reads them."""

import json

import pytest

from providers.base import Response
from scoreboard.traffic.alone import read_alone
from scoreboard.traffic.attribution import Folders, PassedOver
from scoreboard.traffic.kept import Kept

CHAT = {
    "id": "1",
    "object": "chat.completion",
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4},
}
CHUNKS = [
    {
        "id": "1",
        "object": "chat.completion.chunk",
        "model": "m",
        "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hi"}}],
    },
    {
        "id": "1",
        "object": "chat.completion.chunk",
        "model": "m",
        "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
    },
]
MESSAGES = [
    {
        "type": "message_start",
        "message": {
            "id": "1",
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": [],
            "usage": {"input_tokens": 3, "output_tokens": 1},
        },
    },
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}},
    {"type": "message_stop"},
]


def kept(*values: object, stream: bool = False) -> Kept:
    return Kept(
        None,
        Response(200, {}, b"\n".join(json.dumps(value).encode() for value in values)),
        grade="reply",
        stream=stream,
    )


@pytest.mark.parametrize(
    ("reply", "folders", "provider", "wire"),
    [
        (kept(CHAT), ["packages", "groq", "src"], "groq", "openai_chat"),
        (kept(*CHUNKS, stream=True), ["packages", "groq", "src"], "groq", "openai_chat"),
        (kept(*MESSAGES, stream=True), ["openinference-instrumentation-anthropic"], "anthropic", "anthropic"),
    ],
)
def test_it_is_read_by_the_wire_of_whom_its_folder_names(
    reply: Kept, folders: list[str], provider: str, wire: str
) -> None:
    asked, read = read_alone(reply, Folders(folders))
    assert (asked.provider, asked.wire.__name__.rpartition(".")[2], asked.model) == (provider, wire, "m")
    assert (read.text, read.finish, read.cut) == ("Hi", "stop", "")
    assert asked.ask.stream == reply.stream


def test_of_a_stranger_the_wire_that_makes_most_of_it_reads_it() -> None:
    asked, read = read_alone(kept(*MESSAGES, stream=True), Folders([], "acme"))
    assert (asked.provider, read.text) == ("acme", "Hi")
    assert asked.wire.__name__.endswith(".anthropic")


@pytest.mark.parametrize(
    ("reply", "folders", "says"),
    [
        (kept(CHAT), Folders(["src"]), "nothing says whose it is"),
        (kept({"data": []}), Folders(["groq"]), "no wire format knows"),
        (kept({"error": {"message": "no"}}), Folders(["groq"]), "no wire format knows"),
    ],
)
def test_what_nobody_can_be_told_of_is_passed_over(reply: Kept, folders: Folders, says: str) -> None:
    with pytest.raises(PassedOver, match=says):
        read_alone(reply, folders)
