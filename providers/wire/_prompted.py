"""Text that goes on from a prompt: the forms that models had before they had messages, each maker's its own.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html, with a page for each: -titan-text
(inputText, completionReason), -meta (generation, stop_reason), -cohere-command (generations, finish_reason),
-jurassic2 (completions, finishReason), -anthropic-claude-text-completion (completion, stop_reason),
-mistral-text-completion (outputs, stop_reason).
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

from msgspec import Struct

from providers.base import BadReply, Response
from providers.chat import Ask, Finish, Message, Reply, Text, Usage
from providers.wire._json import Tree
from providers.wire._limits import limits
from providers.wire._sampling import sampled, sampling
from providers.wire._thinking import split_thinking
from providers.wire._trouble import BROKEN, broken

FIELDS = frozenset({"text", "max_tokens", "stop"})
FINISH: dict[str, Finish] = {
    "stop": "stop", "finish": "stop", "finished": "stop", "complete": "stop", "endoftext": "stop", "end_turn": "stop",
    "stop_sequence": "stop_sequence", "stop_criteria_met": "stop_sequence",
    "length": "length", "max_tokens": "length",
    "content_filtered": "content_filter", "error_toxic": "content_filter",
}  # fmt: skip
_PROMPTS, _CAPS = (
    ("prompt", "inputText"),
    ("max_gen_len", "maxTokenCount", "max_tokens_to_sample", "maxTokens", "max_tokens"),
)
_STOPS = ("stopSequences", "stop_sequences", "stop")
_ANSWERS = ("generation", "results", "outputText", "generations", "completions", "outputs")
_HUMAN = "\n\nHuman:"


class Form(Struct, frozen=True):
    """Where a maker's body has the prompt, the cap and the stop sequences; `inside` is the object that has the latter
    two.
    """

    prompt: str
    cap: str
    stop: str = ""
    inside: str = ""


CLAUDE = Form("prompt", "max_tokens_to_sample", "stop_sequences")
_FORMS = {
    "*amazon.titan-text*": Form("inputText", "maxTokenCount", "stopSequences", "textGenerationConfig"),
    "*meta.*": Form("prompt", "max_gen_len"),
    "*cohere.command-*text*": Form("prompt", "max_tokens", "stop_sequences"),
    "*ai21.j2*": Form("prompt", "maxTokens", "stopSequences"),
    "*anthropic.claude-v[12]*": CLAUDE,
    "*anthropic.claude-instant*": CLAUDE,
}


def form_of(model: str) -> Form | None:
    """The form of a model on Bedrock that takes a prompt; None for one that takes messages."""
    return next((form for pattern, form in _FORMS.items() if fnmatchcase(model, pattern)), None)


def encode(ask: Ask, form: Form) -> dict[str, Any]:
    """The body of a question."""
    said = "\n\n".join(part.text for part in ask.parts() if isinstance(part, Text))
    options: dict[str, Any] = {**sampled(ask)}
    if ask.max_tokens is not None or form is CLAUDE:
        options[form.cap] = ask.max_tokens or 4096
    if ask.stop and form.stop:
        options[form.stop] = list(ask.stop)
    prompt = f"{_HUMAN} {said}\n\nAssistant:" if form is CLAUDE else said
    return {form.prompt: prompt} | ({form.inside: options} if form.inside and options else options)


def prompted(body: Tree, model: str) -> bool:
    """Whether a body has a prompt; a text to embed stands in the same field as Titan's."""
    if isinstance(body.any("inputText"), str):
        return "textGenerationConfig" in body or "titan-text" in model
    return isinstance(body.any("prompt"), str) and "embed" not in model


def question(body: Tree, *, stream: bool) -> Ask:
    """The question that a body of any of the forms carries."""
    config = body.tree("textGenerationConfig") or body
    said = next((body.str(name) for name in _PROMPTS if name in body), "")
    if "max_tokens_to_sample" in body and said.lstrip().startswith("Human:"):
        said = said.strip().removeprefix("Human:").removesuffix("Assistant:").strip()
    return Ask(
        (Message("user", (Text(said),)),),
        max_tokens=next((config.int(name) for name in _CAPS if name in config), None),
        stop=next((config.strings(name) for name in _STOPS if name in config), ()),
        stream=stream,
        sampling=sampling(config, "p", "k"),
    )


class _Piece(Struct):
    text: str = ""
    finish: str = ""
    given: int | None = None
    made: int | None = None
    model: str = ""


def is_piece(value: dict[str, Any]) -> bool:
    """Whether an object is an answer of one of the forms, or a piece of one."""
    if isinstance(value.get("completion"), str) or ("is_finished" in value and "event_type" not in value):
        return True
    return any(name in value for name in _ANSWERS)


def answer(bodies: Sequence[Tree], response: Response, *, stream: bool, cut: str = "") -> Reply:
    """The reply of a whole body, or of the pieces of a stream. Raises BadReply."""
    pieces = [_piece(body) for body in bodies]
    if not pieces or not any(is_piece(body.value) for body in bodies):
        msg = "no text came"
        raise BadReply(msg)
    raw = next((piece.finish for piece in reversed(pieces) if piece.finish), "")
    if raw.lower() in BROKEN:
        return broken(raw, response)
    thinking, text = split_thinking("".join(piece.text for piece in pieces))
    given = next((piece.given for piece in reversed(pieces) if piece.given is not None), _header(response, "input"))
    made = next((piece.made for piece in reversed(pieces) if piece.made is not None), _header(response, "output"))
    if stream and not raw and not cut:
        cut = "the stream ends without a reason"
    return Reply(
        response.status, text, thinking, usage=None if given is None and made is None else Usage(given or 0, made or 0),
        finish=FINISH.get(raw.lower(), "other") if raw else None, finish_raw=raw, limits=limits(response.headers),
        model=next((piece.model for piece in pieces if piece.model), ""), turn=Message("assistant", (Text(text),)),
        chunks=response.chunks, cut=cut, unknown=tuple(sorted(set().union(*(body.unread() for body in bodies)))),
    )  # fmt: skip


def _header(response: Response, which: str) -> int | None:
    """Bedrock counts in headers too, whatever the model says."""
    told = response.headers.get(f"x-amzn-bedrock-{which}-token-count", "")
    return int(told) if told.isdecimal() else None


def _guarded(body: Tree) -> list[str]:
    """What Bedrock adds to a maker's own fields."""
    return [name for name in body.value if name.startswith("amazon-bedrock-")]


def _piece(body: Tree) -> _Piece:
    body.known("inputTextTokenCount", "totalOutputTextTokenCount", "prompt_token_count", *_guarded(body))
    metrics = body.tree("amazon-bedrock-invocationMetrics").known("invocationLatency", "firstByteLatency")
    found = _Piece(model=body.known("id", "type", "log_id", "index", "is_finished", "event_type").str("model"))
    if "inputTokenCount" in metrics or "outputTokenCount" in metrics:
        found.given, found.made = metrics.int("inputTokenCount"), metrics.int("outputTokenCount")
    if "generation" in body or "generation_token_count" in body:  # Llama
        found.text, found.finish = body.str("generation"), body.str("stop_reason")
        found.given = body.whole("prompt_token_count") if "prompt_token_count" in body else found.given
        found.made = body.whole("generation_token_count")
    elif "results" in body or "outputText" in body:  # Titan
        inner = next(iter(body.trees("results")), body)
        found.text, found.finish = inner.str("outputText"), inner.str("completionReason")
        found.given = found.given if found.given is not None else body.whole("inputTextTokenCount")
        counted = inner.whole("tokenCount") if "tokenCount" in inner else body.whole("totalOutputTextTokenCount")
        found.made = found.made if found.made is not None else counted
    elif "generations" in body:  # Cohere's Command
        body.known("prompt")
        inner = next(iter(body.trees("generations")), Tree({})).known("id", "index", "is_finished", "likelihood")
        found.text, found.finish = inner.known("token_likelihoods").str("text"), inner.str("finish_reason")
    elif "completions" in body:  # Jurassic
        body.known("prompt")
        inner = next(iter(body.trees("completions")), Tree({}))
        found.text = inner.tree("data").known("tokens").str("text")
        found.finish = inner.tree("finishReason").known("length", "sequence").str("reason")
        # Its "stop" is a stop sequence, "endoftext" the end.
        found.finish = "stop_sequence" if found.finish == "stop" else found.finish
    elif "outputs" in body:  # Mistral
        inner = next(iter(body.trees("outputs")), Tree({}))
        found.text, found.finish = inner.str("text"), inner.str("stop_reason")
    else:  # Claude; the end of the assistant's turn is a stop sequence of its own
        found.text = body.str("completion") or body.str("text")  # Cohere's streams have a text alone
        found.finish = body.str("stop_reason") or body.str("finish_reason")
        stopped = body.str("stop", _HUMAN)
        if found.finish == "stop_sequence" and stopped == _HUMAN:
            found.finish = "end_turn"
    return found
