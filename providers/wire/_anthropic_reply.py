"""Replies of Anthropic's Messages API. A stream is put together to the message that it tells of, then read as one.

Source: https://platform.claude.com/docs/en/api/messages,
https://platform.claude.com/docs/en/build-with-claude/streaming, https://platform.claude.com/docs/en/api/errors (types
of errors and their status).
"""

from __future__ import annotations

from typing import Any

import msgspec

from providers.base import BadReply, Response
from providers.chat import Citation, Finish, Message, Reply, Source, Streamed, Text, ToolCall, Usage
from providers.wire._body import Events, json_body
from providers.wire._json import Tree, arguments, loads
from providers.wire._lenient import input_of, parts, rows, summed
from providers.wire._limits import limits
from providers.wire._thinking import split_thinking
from providers.wire._trouble import BROKEN, broken, trouble

# https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
_FINISH: dict[str, Finish] = {
    "end_turn": "stop", "stop_sequence": "stop_sequence", "tool_use": "tool_calls", "refusal": "content_filter",
    "max_tokens": "length", "model_context_window_exceeded": "length",
    "pause_turn": "stop", "compaction": "stop",  # documented ends, to be gone on from
}  # fmt: skip
# What an event of the wire has, besides its type.
_EVENT = ("message", "content_block", "delta", "index")
# What each delta of a stream adds to its block: the field of the delta and the field of the block.
_DELTAS = {
    "text_delta": ("text", "text"), "thinking_delta": ("thinking", "thinking"),
    "signature_delta": ("signature", "signature"),
    "input_json_delta": ("partial_json", "input"),
}  # fmt: skip


def decode(response: Response) -> Reply:
    """The reply of a plain response."""
    body = json_body(response)
    if found := trouble(body.value, response, answer=("content",)):
        return found
    if "content" not in body or body.any("type") not in (None, "message"):
        msg = "the body is no message"
        raise BadReply(msg)
    return _reply(body, {}, set(), response)


def decode_stream(response: Response) -> Reply:
    """The reply of a streamed response."""
    message: dict[str, Any] = {}
    usage: dict[str, Any] = {}
    blocks: dict[int, dict[str, Any]] = {}
    pieces: dict[tuple[int, str], list[str]] = {}
    unknown: set[str] = set()
    end, is_finished = "", False
    events = Events(response)
    for name, data in events:
        value = loads(data, "event")
        if found := trouble(value, response, event=name, answer=_EVENT):
            return found
        event = Tree(value, "event")
        match kind := event.str("type"):
            case "message_start":
                message = dict(_object(event, "message"))
                usage = _later(usage, _object(Tree(message), "usage"))
            case "content_block_start":
                blocks[event.int("index")] = dict(_object(event, "content_block"))
            case "content_block_delta":
                _add(event, blocks, pieces)
            case "message_delta":
                message |= (delta := _object(event.known("context_management"), "delta"))
                is_finished |= bool(delta.get("stop_reason"))
                usage = _later(usage, _object(event, "usage"))
            case "message_stop":
                end = kind
            case "ping" | "content_block_stop":
                event.known("index")
            case _:
                unknown.add(f"event {kind}")
                continue
        unknown |= event.unread()
    cut = "" if end or is_finished else "the stream ends without message_stop or a stop reason"
    if not (message or blocks):
        cut = events.nothing("the Messages API")
    raws = _join(blocks, pieces)
    places = {place: raws[index] for place, index in enumerate(sorted(blocks)) if index in raws}
    body = Tree({**message, "content": [blocks[index] for index in sorted(blocks)], "usage": usage or None})
    reply = _reply(body, places, unknown, response)
    streamed = Streamed(end, bool(message.get("role")))
    return reply if reply.error else msgspec.structs.replace(reply, cut=cut, streamed=streamed)


def _object(tree: Tree, key: str) -> dict[str, Any]:
    """An object whose fields are read later, with the whole message."""
    return Tree(tree.any(key), key).value


def _later(usage: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """The counts so far; they only grow, so that a later null or zero takes nothing back."""
    return usage | {key: value for key, value in told.items() if value or key not in usage}


def _add(event: Tree, blocks: dict[int, dict[str, Any]], pieces: dict[tuple[int, str], list[str]]) -> None:
    index = event.int("index")
    delta = event.tree("delta")
    kind = delta.str("type")
    if kind == "citations_delta":
        block = blocks.setdefault(index, {"type": "text"})
        block["citations"] = [*Tree(block).items("citations"), delta.any("citation")]
    elif kind in _DELTAS:
        said, field = _DELTAS[kind]
        blocks.setdefault(
            index, {"type": "tool_use" if field == "input" else "thinking" if field == "signature" else field}
        )
        pieces.setdefault((index, field), []).append(delta.str(said))


def _join(blocks: dict[int, dict[str, Any]], pieces: dict[tuple[int, str], list[str]]) -> dict[int, str]:
    """Puts the pieces into their blocks. Returns the arguments of calls as they were sent, by block."""
    raws: dict[int, str] = {}
    for (index, field), told in pieces.items():
        whole = "".join(told)
        if field != "input":
            blocks[index][field] = Tree(blocks[index]).str(field) + whole
        elif whole.strip():
            raws[index] = whole
            blocks[index]["input"] = arguments(whole) or {}
    return raws


def _reply(body: Tree, raws: dict[int, str], unknown: set[str], response: Response) -> Reply:
    """`raws` are the arguments of calls as a stream sent them, by place in the content."""
    text = ""
    thinking: list[str] = []
    calls: list[ToolCall] = []
    citations: list[Citation] = []
    sources: list[Source] = []
    searches: list[str] = []
    failed: list[str] = []
    body.known("id", "type", "role", "container", "diagnostics", "context_management", "stop_sequence", "stop_details")
    content = parts(body, "content")
    for place, block in enumerate(content):
        match block.str("type"):
            case "text":
                start = len(text)
                text += block.str("text")
                for cited in block.trees("citations"):
                    _cite(cited, citations, sources, start, len(text))
            case "thinking":
                thinking.append(block.known("signature").str("thinking"))
            case "redacted_thinking":
                block.known("data")
                thinking.append("[redacted]")
            case "tool_use":
                block.known("caller", "toolset_name")
                calls.append(_call(block, raws.get(place)))
            case "server_tool_use":
                done = block.known("id", "caller").any("input")
                query = done.get("query") if isinstance(done, dict) else None
                if block.str("name") == "web_search" and isinstance(query, str):
                    searches.append(query)
            case "web_search_tool_result":
                found = block.known("tool_use_id", "caller").any("content")
                if isinstance(found, dict) and found.get("error_code"):  # in the place of the list of pages
                    failed.append(f"web_search: {found['error_code']}")
                for page in rows(block, "content") if isinstance(found, list) else ():
                    page.known("type", "encrypted_content", "page_age")
                    sources.append(Source(page.str("url"), page.str("title")))
            case kind if kind.endswith("_tool_result"):  # other tools of the provider's own: no part of the answer
                block.known("tool_use_id", "caller", "content")
            case "container_upload":
                block.known("file_id")
    tagged, answer = split_thinking(text)
    finish_raw = body.str("stop_reason")
    if finish_raw in BROKEN:
        return broken(finish_raw, response)
    finish = _FINISH.get(finish_raw, "other") if finish_raw else None
    usage = _usage(body.tree("usage"))
    raw = [block.value for block in content]
    refusal = body.tree("stop_details").str("explanation") if finish == "content_filter" else ""
    return Reply(
        response.status, answer, "\n".join(filter(None, (*thinking, tagged))), tuple(calls), (), (), usage, finish,
        finish_raw,
        tuple(citations), tuple(sources), tuple(searches), limits(response.headers), model=body.str("model"),
        turn=Message("assistant", (*((Text(answer),) if answer else ()), *calls), raw),
        chunks=response.chunks, unknown=tuple(sorted(unknown | body.unread())), refusal=refusal, failed=tuple(failed),
    )  # fmt: skip


def _call(block: Tree, raw: str | None) -> ToolCall:
    given = input_of(block.any("input"), "input")
    if raw is not None:
        return ToolCall(block.str("name"), arguments(raw), raw, block.str("id"))
    if given is None or isinstance(given, dict):
        return ToolCall(block.str("name"), given or {}, "", block.str("id"))
    return ToolCall(block.str("name"), None, msgspec.json.encode(given).decode(), block.str("id"))


def _cite(cited: Tree, citations: list[Citation], sources: list[Source], start: int, end: int) -> None:
    """A document of the caller's is cited; a page of a search is a source."""
    kind = cited.str("type")
    if kind == "web_search_result_location":
        sources.append(Source(cited.known("cited_text", "encrypted_index").str("url"), cited.str("title")))
        return
    cited.known(
        "document_title", "file_id", "start_char_index", "end_char_index", "start_page_number", "end_page_number"
    )
    cited.known("start_block_index", "end_block_index", "search_result_index", "title")
    document = cited.str("source") if kind == "search_result_location" else cited.int("document_index")
    quote = cited.str("cited_text")
    citations.append(Citation(document, quote, start, end) if quote else Citation(document))


def _usage(tree: Tree) -> Usage | None:
    if not tree:
        return None
    tree.known("cache_creation", "service_tier", "inference_geo", "server_tool_use", "speed", "iterations")
    # The documentation: the whole input is the sum of the three.
    read = summed(
        *(tree.int(key) for key in ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"))
    )
    return Usage(read, tree.int("output_tokens"), tree.tree("output_tokens_details").int("thinking_tokens"))
